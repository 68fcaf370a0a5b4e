import type { NamedTensors } from './tensor.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/**
 * What a finished task holds: the task's own fields under SQuARE's names (contract-square §2.3) without
 * `model_outputs`, and the tensors of `model_outputs` beside them. Dialects join the two in their own encoding.
 */
export interface TaskResult {
  readonly fields: JsonObject;
  readonly tensors: NamedTensors;
  /** Things the caller should know: cut inputs, fall-backs, unknown options. */
  readonly warnings: readonly string[];
}

/** Where a task's time went, in milliseconds. */
export interface TaskTimings {
  /** From acceptance to the first attempt's start. */
  readonly queuedMs?: number;
  readonly tokenizeMs?: number;
  /** Waiting for a place in a batch of the model process. */
  readonly batchWaitMs?: number;
  readonly computeMs?: number;
  readonly totalMs?: number;
  /** Rows of the batches this task took part in. */
  readonly batchRows?: number;
}
