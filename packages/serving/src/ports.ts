import type { Capability, NamedTensors, Tensor, TextInput } from '@tessera/contracts';
import type { Generator } from './generation/ports.ts';

/** Offsets as [start, end) in Unicode code points of the text the token came from. */
export type Offsets = readonly [start: number, end: number];

/** One tokenized text or pair, not padded. All arrays have one entry a token. */
export interface Encoding {
  readonly inputIds: readonly number[];
  readonly typeIds: readonly number[];
  readonly tokens: readonly string[];
  readonly specialTokensMask: readonly (0 | 1)[];
  /** Index of the pre-tokenizer word, counted anew in each text of a pair; null for special tokens. */
  readonly wordIds: readonly (number | null)[];
  /** 0 or 1: which text of the pair; null for special tokens. */
  readonly sequenceIds: readonly (0 | 1 | null)[];
  readonly offsets: readonly Offsets[];
}

/** Which text gives way when the whole is too long. `whole` never cuts: an over-long text throws INPUT_INVALID. */
export type Truncation = 'longest-first' | 'only-first' | 'only-second' | 'none';

export interface EncodeOptions {
  /** Tokens at the most, specials included. */
  readonly maxLength: number;
  readonly truncation: Truncation;
  readonly addSpecialTokens: boolean;
  /** With a stride, a text that is too long becomes several windows that share this many tokens; without, it is cut. */
  readonly stride: number | null;
}

export interface SpecialTokens {
  readonly padId: number | null;
  readonly clsId: number | null;
  readonly sepId: number | null;
  readonly maskId: number | null;
  readonly unkId: number | null;
  readonly bosId: number | null;
  readonly eosId: number | null;
}

/** Text to ids and back, for one model. */
export interface Tokenizer {
  readonly specials: SpecialTokens;
  readonly vocabularySize: number;
  /** Tokens of the longest input the model takes; already the smaller of tokenizer limit and positions. */
  readonly maxLength: number;
  /**
   * The windows of a text; one unless `stride` is set and the text is too long. Asynchronous, because the native
   * tokenizer works on a thread of its own. Lone surrogates count as U+FFFD; offsets hold for the text as given.
   */
  encode(input: TextInput, options: EncodeOptions): Promise<readonly Encoding[]>;
  /** `encode` for many inputs side by side: entry i holds the windows of input i. */
  encodeAll(inputs: readonly TextInput[], options: EncodeOptions): Promise<readonly (readonly Encoding[])[]>;
  decode(ids: readonly number[], options: { readonly skipSpecialTokens: boolean }): Promise<string>;
  idToToken(id: number): string | null;
  tokenToId(token: string): number | null;
}

/** One row of a model's input, not padded. */
export interface ModelRow {
  readonly inputIds: readonly number[];
  readonly typeIds: readonly number[];
  /**
   * Pad this row to so many tokens (masked) even when it runs alone. Heads whose reply has one entry a token set it to the
   * longest row of their request, so that padding positions too equal the reference and never depend on batch-mates.
   */
  readonly padTo?: number;
  /** Word embeddings [T, H], row-major, fed instead of the ids' own; the model must have token gradients. */
  readonly values?: Float32Array;
}

/**
 * Outputs by the field's names, whatever the file calls them: `logits`, `start_logits`, `end_logits`, `last_hidden_state`,
 * `pooler_output`, `sentence_embedding`, and the lists `attentions` and `hidden_states`.
 */
export type OutputName =
  | 'logits'
  | 'start_logits'
  | 'end_logits'
  | 'last_hidden_state'
  | 'pooler_output'
  | 'sentence_embedding'
  | 'attentions'
  | 'hidden_states';

export interface ForwardRequest {
  readonly rows: readonly ModelRow[];
  readonly outputs: readonly OutputName[];
  /** The rows are the choices of one question: the model gets rank-3 inputs [1, N, T] and they run as one unit. */
  readonly asChoices?: boolean;
  /** Who asks: the task id. `onBatchStart` names the tags of a batch before it runs, so that the host knows the suspects of a crash. */
  readonly tag?: string;
  readonly signal?: AbortSignal;
}

/**
 * A row's outputs without the batch axis, cut back to the row's own length (or its padTo): `logits` [C] or [T, C],
 * `last_hidden_state` [T, H], `attentions.0` [A, T, T], `hidden_states.0` [T, H]. For `asChoices` the first row carries
 * `logits` [N] and the others are empty.
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
 * Where a gradient is taken, and where values can be fed: the result of the word-embedding lookup (before positions, types
 * and LayerNorm), or `hidden_states.<hiddenState>` as transformers counts them (0: what enters the first block).
 */
export type GradientPlace = 'word-embeddings' | { readonly hiddenState: number };

/** Outputs that a gradient can start from. */
export type SeededOutput = Exclude<OutputName, 'attentions' | 'hidden_states'>;

/** A row and its seeds; `values` [T, H] are fed at the request's place, absent ones are what the row itself gives there. */
export interface GradientRow extends ModelRow {
  /** ∂F/∂output by name, each in the shape of the row's output (see {@link RowOutputs}; `asChoices`: [1]); missing ones are zeros. */
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

/** Adapters of a request: one, or several that are averaged with equal shares. */
export interface AdapterChoice {
  readonly names: readonly string[];
  /** Must be true for several names (contract-square §3.7). */
  readonly average: boolean;
}

/** The word-embedding table as the graph looks it up: [vocabulary, width], row-major. */
export interface EmbeddingTable {
  readonly vocabulary: number;
  readonly width: number;
  readonly rows: Float32Array;
}

/** A model that explainers and white-box attacks can look into. Both calls build what they need on first use. */
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
  /** Width of the word embeddings, which is not the hidden size in ALBERT and some ELECTRA; null when they cannot be fed. */
  readonly embeddingWidth: number | null;
  /** What the model can give, measured on the file. */
  readonly capabilities: readonly Capability[];
  /** Path of the ONNX file with the weights that are explained: the model's own, or those with adapters merged in. */
  readonly weightsFile: string;
}

/** What config.json and the ONNX file say of a model. */
export interface ModelDescription {
  readonly identifier: string;
  /** `model_type` of config.json: bert, roberta, gpt2 … */
  readonly architecture: string;
  /** First entry of `architectures`, such as BertForSequenceClassification; null when config.json has none. */
  readonly modelClass: string | null;
  readonly id2label: Readonly<Record<string, string>>;
  readonly problemType: string | null;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly maxPositions: number | null;
  /** Which of the logical outputs the file gives, exposed ones included. */
  readonly outputs: readonly OutputName[];
  /** Pooling pipeline of a sentence-transformers folder (modules.json); null for other models. */
  readonly sentenceTransformer: SentenceTransformerPipeline | null;
  readonly isEncoderDecoder: boolean;
  /** The whole config.json, for what only one task needs. */
  readonly config: Readonly<Record<string, unknown>>;
}

export interface SentenceTransformerPipeline {
  readonly pooling: {
    readonly cls: boolean;
    readonly mean: boolean;
    readonly max: boolean;
    readonly meanSqrtLen: boolean;
    readonly lastToken: boolean;
  };
  /** y = activation(W·x + b); W [out, in]. */
  readonly dense: readonly {
    readonly weight: Tensor;
    readonly bias: Tensor | null;
    readonly activation: 'identity' | 'tanh';
  }[];
  readonly normalize: boolean;
  readonly maxSeqLength: number | null;
  readonly lowerCase: boolean;
}
