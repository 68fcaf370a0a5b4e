/** A row to run next: it continues row `parent` of the last step with `token`. */
export interface Continuation {
  readonly parent: number;
  readonly token: number;
}

export type FinishReason = 'length' | 'eos_token' | 'stop_sequence';

/** A finished text as ids, prompt (or start token) included. */
export interface Hypothesis {
  readonly ids: readonly number[];
  readonly finish: FinishReason;
}

/**
 * One prompt being decoded, as a function from step to step. It starts with a single row, the prompt, and
 * asks for the rows of the next step until none is left. It knows logits and ids only: who runs the model,
 * and beside whom, is not its affair.
 */
export interface Search {
  /** Rows that may run at once. */
  readonly width: number;
  /** What `advance` is given. */
  readonly reads: 'logits' | 'log-probabilities';
  /**
   * Scores [V] of every running row in, which the search may overwrite; the rows of the next step out, none
   * when it is over.
   */
  advance(logits: readonly Float32Array[]): readonly Continuation[];
  /** The texts, best first where they have scores; only when the search is over. */
  hypotheses(): readonly Hypothesis[];
  /** Beam scores of the texts; null for searches without. */
  scores(): readonly number[] | null;
  /** Processed scores of every step, [width][V] each; empty unless they were asked for. */
  readonly stepScores: readonly (readonly Float32Array[])[];
  /** Id that fills short texts up to the longest. */
  readonly fillId: number;
}
