import type { LiftForm } from './lift.ts';

/** What to differentiate, with respect to what, and what is fed from outside. */
export interface GradientOptions {
  /**
   * Float tensors to differentiate: model outputs or intermediates. Each gets the input `grad_seed/<tensor>`.
   */
  readonly of: readonly string[];
  /**
   * Tensors to differentiate with respect to: "embeddings" or any tensor name. Each gets the output
   * `grad/<tensor>`.
   */
  readonly wrt: readonly string[];
  /** Tensors that are to be fed or moved from outside, by name; see `lift`. */
  readonly lift?: Readonly<Record<string, LiftForm>>;
}
