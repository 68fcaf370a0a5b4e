import type { Tensor } from '@tessera/contracts';

/** A row of the next step: it continues row `parent` of the job's last step with `token`. */
export interface NextRow {
  readonly parent: number;
  readonly token: number;
}

/** What a row looked at in a step: attention weights [heads, ids, positions] of each layer. */
export interface InnerRow {
  readonly attentions: readonly Tensor[];
  /** Over the encoder's positions; empty for decoder-only models. */
  readonly crossAttentions: readonly Tensor[];
}

/**
 * The rows' attention weights in a step, and at the first one those of the encoder, [heads, T, T] of each
 * layer.
 */
export interface InnerStep {
  readonly rows: readonly InnerRow[];
  readonly encoderAttentions: readonly Tensor[] | null;
}

/** One text being written, as the loop sees it: ids to start with, and a function that says how to go on. */
export interface GenerationJob {
  /** The prompt of a decoder-only model; what the encoder reads of an encoder-decoder. Not empty. */
  readonly inputIds: readonly number[];
  /** Ids the decoder of an encoder-decoder starts with; empty for decoder-only models. */
  readonly decoderIds: readonly number[];
  /** Rows the job may have at once, for the limits. */
  readonly width: number;
  /** Ids of its longest text, prompt or decoder ids included, for the memory of the cache. */
  readonly maxLength: number;
  /** What `advance` wants of each row; logits without. */
  readonly reads?: 'logits' | 'log-probabilities';
  /**
   * Logits or log probabilities [V] of each of the job's rows, its own to change and valid during the call
   * only; the rows of the next step come back, none at the end.
   */
  advance(logits: readonly Float32Array[], inner: InnerStep | null): readonly NextRow[];
  /** Give `advance` the attention weights of every step, too; null without. */
  readonly wantsAttentions?: boolean;
  /** Who asks: the task id. */
  readonly tag?: string;
  /** Leaves the running batch within one step; the job then rejects with TASK_CANCELLED. */
  readonly signal?: AbortSignal;
}

/** What one job waited and ran; steps are shared, so computeMs is the time of the steps it took part in. */
export interface GenerationTimings {
  readonly batchWaitMs: number;
  readonly computeMs: number;
  /** Rows of the widest step it took part in. */
  readonly batchRows: number;
}

/** Runs jobs together, step by step: one joins between two steps, and leaves as soon as it is over. */
export interface Generator {
  /** generation_config.json; empty when there is none. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Ids are below this. */
  readonly vocabularySize: number;
  /** Ids of the longest text the positions allow; null when nothing limits it. */
  readonly maxLength: number | null;
  /**
   * Resolves when `advance` has said that nothing is left to run.
   * Throws TASK_CANCELLED, INPUT_INVALID, MODEL_RUN_FAILED, OUTPUT_UNAVAILABLE.
   */
  generate(job: GenerationJob): Promise<GenerationTimings>;
  stats(): GenerationStatistics;
}

export interface GenerationStatistics {
  readonly running: number;
  readonly waiting: number;
  readonly steps: number;
  /** Rows of all steps together. */
  readonly stepRows: number;
  /** Milliseconds the model ran, prompts included. */
  readonly computeMs: number;
  /** Bytes that the caches of the running jobs may grow to. */
  readonly reservedBytes: number;
}
