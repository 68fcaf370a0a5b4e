import type { Capability, NamedTensors } from '@tessera/contracts';

/**
 * What an explanation may ask of a model. Explainers are mathematics over this object: they never see ONNX,
 * queues or HTTP. The integrator answers both calls through the shared batcher; a call holds at most
 * `chunkRows` rows, and between two calls the task may be cancelled, so every implementation should throw
 * TASK_CANCELLED from a call after cancellation.
 *
 * Letters: T tokens of a row (no padding), H hidden size, A heads, L layers, C classes, V vocabulary.
 */
export interface ExplainContext {
  readonly model: ExplainedModel;
  /** Rows of one call at the most; about 10 keeps a gradient run under 1 GB (docs: autodiff). */
  readonly chunkRows: number;
  /** Forward runs, answers in the order of the rows. */
  forward(call: ForwardCall): Promise<readonly NamedTensors[]>;
  /** Forward and backward runs, answers in the order of the points. */
  gradient(call: GradientCall): Promise<readonly GradientAnswer[]>;
  /** Rows of the word-embedding table, exactly as the graph looks them up: [ids, H] row-major. */
  embeddings(ids: readonly number[]): Promise<Float32Array>;
  /** Aborts when the task is cancelled; looked at between chunks. */
  readonly signal: AbortSignal;
  /** Milliseconds of a clock that never jumps; for the budget in seconds. */
  monotonicMs(): number;
  reportProgress(progress: {
    readonly done: number;
    readonly total: number | null;
    readonly note: string;
  }): void;
  /**
   * The same model with the weights of its top `layers` blocks (head included; `layers` = L + 1 takes the
   * embeddings too) drawn anew, for the sanity check of Adebayo et al. (2018). Absent when the integrator
   * cannot rewrite weights.
   */
  randomized?(options: { readonly layers: number; readonly seed: number }): Promise<RandomizedContext>;
}

export interface RandomizedContext {
  readonly context: ExplainContext;
  close(): Promise<void>;
}

/** Facts of the model that explainers look at. */
export interface ExplainedModel {
  readonly identifier: string;
  readonly capabilities: readonly Capability[];
  readonly id2label: Readonly<Record<string, string>>;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly padId: number | null;
  readonly maskId: number | null;
  readonly unkId: number | null;
  /**
   * True for models that count positions over tokens other than pad (RoBERTa, XLM-R, MPNet …): a pad id would
   * shift them.
   */
  readonly positionsSkipPad: boolean;
}

/** One row of the model's input, not padded: both arrays [T]. A serving ModelRow is one. */
export interface ModelInput {
  readonly inputIds: readonly number[];
  readonly typeIds: readonly number[];
}

/** Outputs by the names of packages/serving; lists come as `attentions.0`, `hidden_states.0` … */
export type OutputName =
  | 'logits'
  | 'start_logits'
  | 'end_logits'
  | 'last_hidden_state'
  | 'pooler_output'
  | 'sentence_embedding'
  | 'attentions'
  | 'hidden_states';

export interface ForwardCall {
  readonly rows: readonly (ModelInput & {
    /** Word embeddings fed instead of the ids' own: [T, H]. May be answered by the gradient session. */
    readonly values?: Float32Array;
  })[];
  readonly outputs: readonly OutputName[];
  /**
   * The model wants rank-3 inputs (a …ForMultipleChoice head). Every row then runs as a question with one
   * choice, [1, 1, T], because a choice's logit does not depend on the other choices; its `logits` come back
   * as [1].
   */
  readonly asChoices?: boolean;
}

/**
 * The explained scalar F of one row. `linear` is a sum of weighted members of the outputs, so dF/d(output) is
 * a constant seed: one run. `curved` depends on the outputs in another way (a cosine): the integrator runs
 * forward, calls `evaluate`, and runs again with the seeds it returns. {@link seedsOf} and {@link scalarOf}
 * in target.ts do the arithmetic.
 */
export type ScalarTarget = LinearTarget | CurvedTarget;

export interface LinearTarget {
  readonly kind: 'linear';
  readonly terms: readonly OutputTerm[];
}

/**
 * weight · output[index], the index without batch axis: [class], [token] or [token, class]; negative counts
 * from the end.
 */
export interface OutputTerm {
  readonly output: SeededOutput;
  readonly index: readonly number[];
  readonly weight: number;
}

export type SeededOutput = Exclude<OutputName, 'attentions' | 'hidden_states'>;

export interface CurvedTarget {
  readonly kind: 'curved';
  readonly outputs: readonly SeededOutput[];
  /** F and dF/d(output) for one row's outputs; each seed has the shape of its output. */
  evaluate(outputs: NamedTensors): { readonly f: number; readonly seeds: NamedTensors };
}

export interface GradientCall {
  readonly points: readonly GradientPoint[];
  /**
   * With respect to what: the output of the word-embedding lookup (before positions, types and LayerNorm), or
   * `hidden_states.<index>` as transformers counts them (0 = what enters the first block).
   */
  readonly at: 'word-embeddings' | { readonly hiddenState: number };
  /**
   * Layers whose attention weights and their gradients come back too, 0-based, negative from the end; needs
   * attention-gradients.
   */
  readonly attentionLayers?: readonly number[];
  /** As in {@link ForwardCall}. */
  readonly asChoices?: boolean;
}

export interface GradientPoint {
  readonly input: ModelInput;
  /** What is fed in the place named by `at`, [T, H] row-major; absent: what the input itself gives there. */
  readonly values?: Float32Array;
  readonly target: ScalarTarget;
}

export interface GradientAnswer {
  /** The outputs that the target names, without batch axis. */
  readonly outputs: NamedTensors;
  /** dF/d(values): [T, H] row-major. */
  readonly gradient: Float32Array;
  /** In the order of `attentionLayers`. */
  readonly attentions?: readonly AttentionGradient[];
}

export interface AttentionGradient {
  readonly heads: number;
  /** Softmax output of the layer: [A, T, T], query before key. */
  readonly weights: Float32Array;
  /** dF/d(weights): [A, T, T]. */
  readonly gradients: Float32Array;
}
