import type { Capability, NamedTensors, Tensor } from '@tessera/contracts';
import type { ModelDescription, OutputName } from './description.ts';
import type { Generator } from './generation/generator.ts';
import type { Tokenizer } from './tokenizer/tokenizer.ts';

/** One row of a model's input, not padded. */
export interface ModelRow {
  readonly inputIds: readonly number[];
  readonly typeIds: readonly number[];
  /**
   * Pad this row to so many tokens (masked) even when it runs alone. Heads whose reply has one entry per
   * token set it to the longest row of their request, so that padding positions too equal the reference and
   * never depend on batch-mates.
   */
  readonly padTo?: number;
  /** Word embeddings [T, H], row-major, fed instead of the ids' own; the model must have token gradients. */
  readonly values?: Float32Array;
}

export interface ForwardRequest {
  readonly rows: readonly ModelRow[];
  readonly outputs: readonly OutputName[];
  /**
   * The rows are the choices of one question: the model gets rank-3 inputs [1, N, T] and they run as one
   * unit.
   */
  readonly asChoices?: boolean;
  /**
   * Who asks: the task id. `onBatchStart` names the tags of a batch before it runs, so that the host knows
   * the suspects of a crash.
   */
  readonly tag?: string;
  readonly signal?: AbortSignal;
}

/**
 * A row's outputs without the batch axis, cut back to the row's own length (or its padTo): `logits` [C] or
 * [T, C], `last_hidden_state` [T, H], `attentions.0` [A, T, T], `hidden_states.0` [T, H]. For `asChoices` the
 * first row carries `logits` [N] and the others are empty.
 */
export type RowOutputs = NamedTensors;

/** How long one request waited and ran; batches are shared, so computeMs is the batch's time. */
export interface ForwardTimings {
  readonly batchWaitMs: number;
  readonly computeMs: number;
  readonly batchRows: number;
  /** When it waited for files that are made and opened on first use, by the clock of the runtime. */
  readonly prepared?: { readonly fromMs: number; readonly toMs: number };
}

/** A loaded model as heads, explainers and attacks see it. Every call goes through the shared batcher. */
export interface ModelRuntime {
  readonly description: ModelDescription;
  readonly tokenizer: Tokenizer;
  /** Writes text; only models with a language-model head have one. */
  readonly generator?: Generator;
  forward(
    request: ForwardRequest,
  ): Promise<{ readonly rows: readonly RowOutputs[]; readonly timings: ForwardTimings }>;
}

/**
 * Where a gradient is taken, and where values can be fed: the result of the word-embedding lookup (before
 * positions, types and LayerNorm), or `hidden_states.<hiddenState>` as transformers counts them (0: what
 * enters the first block).
 */
export type GradientPlace = 'word-embeddings' | { readonly hiddenState: number };

/** Outputs that a gradient can start from. */
export type SeededOutput = Exclude<OutputName, 'attentions' | 'hidden_states'>;

/**
 * A row and its seeds; `values` [T, H] are fed at the request's place, absent ones are what the row itself
 * gives there.
 */
export interface GradientRow extends ModelRow {
  /**
   * ∂F/∂output by name, each in the shape of the row's output (see {@link RowOutputs}; `asChoices`: [1]);
   * missing ones are zeros.
   */
  readonly seeds: NamedTensors;
}

export interface GradientRequest {
  readonly rows: readonly GradientRow[];
  /** The outputs that the rows' seeds belong to; they come back, too. */
  readonly of: readonly SeededOutput[];
  readonly at: GradientPlace;
  /** Layers whose attention weights and gradients come back, 0-based, negative ones counted from the end. */
  readonly attentionLayers?: readonly number[];
  readonly asChoices?: boolean;
  readonly tag?: string;
  readonly signal?: AbortSignal;
}

export interface GradientAnswer {
  /** The outputs `of`, as forward gives them; with `asChoices` each row keeps its own `logits` [1]. */
  readonly outputs: RowOutputs;
  /** ∂F/∂values: [T, H]. */
  readonly gradient: Tensor;
  /** In the order of `attentionLayers`: weights and ∂F/∂weights, [A, T, T] each, query before key. */
  readonly attentions: readonly { readonly weights: Tensor; readonly gradients: Tensor }[];
}

/** The word-embedding table as the graph looks it up: [vocabulary, width], row-major. */
export interface EmbeddingTable {
  readonly vocabulary: number;
  readonly width: number;
  readonly rows: Float32Array;
}

/**
 * A model that explainers and white-box attacks can look into. Both calls build what they need on first use.
 */
export interface DifferentiableRuntime extends ModelRuntime {
  /**
   * Forward and backward runs through the shared batcher, in batches of at most ten rows.
   * Throws CAPABILITY_MISSING, GRADIENT_UNSUPPORTED, GRADIENT_UNREACHABLE, OUTPUT_UNAVAILABLE.
   */
  gradient(
    request: GradientRequest,
  ): Promise<{ readonly rows: readonly GradientAnswer[]; readonly timings: ForwardTimings }>;
  /** Throws CAPABILITY_MISSING when the file has no lookup fed by input_ids. */
  embeddingTable(): Promise<EmbeddingTable>;
  /**
   * Width of the word embeddings, which is not the hidden size in ALBERT and some ELECTRA; null when they
   * cannot be fed.
   */
  readonly embeddingWidth: number | null;
  /** What the model can give, measured on the file. */
  readonly capabilities: readonly Capability[];
  /**
   * Path of the ONNX file with the weights that are explained: the model's own, or those with adapters merged
   * in.
   */
  readonly weightsFile: string;
}
