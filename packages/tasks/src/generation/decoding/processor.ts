/** The text so far that a processor may look at. */
export interface ProcessorInput {
  /** All ids, prompt (or start token) included. */
  readonly ids: readonly number[];
}

/**
 * Changes the scores [V] of the next token in place. The order of processors is that of transformers'
 * `_get_logits_processor`.
 */
export type Processor = (input: ProcessorInput, scores: Float32Array) => void;

export const FORBIDDEN = Number.NEGATIVE_INFINITY;

/** One processor after another. */
export function chain(processors: readonly Processor[]): Processor {
  return (input, scores) => {
    for (const process of processors) process(input, scores);
  };
}
