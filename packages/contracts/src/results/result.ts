import type { NamedTensors } from './tensor.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/**
 * What a finished task holds: the task's own fields under SQuARE's names (docs/square-wire.md#results)
 * without `model_outputs`, and the tensors of `model_outputs` beside them. Dialects join the two in their own
 * encoding.
 */
export interface TaskResult {
  readonly fields: JsonObject;
  readonly tensors: NamedTensors;
  /** Things the caller should know: cut inputs, fall-backs, unknown options. */
  readonly warnings: readonly string[];
}
