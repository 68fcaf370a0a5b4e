/**
 * Work on a model's graph that takes seconds and is therefore done in a thread of its own. Models go in and
 * out as files.
 */
export type GraphJob =
  | InspectJob
  | ExposeJob
  | ExposeDecoderJob
  | StepJob
  | CrossJob
  | TableJob
  | GradientJob
  | QuantiseJob
  | MergeJob;

/** Looks what can be had from a model without writing anything. */
export interface InspectJob {
  readonly kind: 'inspect';
  readonly model: string;
  /** Float outputs of the file that a gradient may start from. */
  readonly of: readonly string[];
}

export interface Inspection {
  /** Width of the word embeddings; null when the file has no lookup fed by input_ids. */
  readonly embeddingWidth: number | null;
  /** Whether the outputs can be differentiated with respect to the word embeddings. */
  readonly hasTokenGradients: boolean;
  /** Why not, for the log. */
  readonly missing: readonly string[];
  /** Attention layers and hidden states that can be exposed; 0 when none is recognised. */
  readonly attentions: number;
  readonly hiddenStates: number;
}

/** Writes a model whose attention weights and hidden states are outputs. */
export interface ExposeJob {
  readonly kind: 'expose';
  readonly model: string;
  /** File to write. */
  readonly to: string;
  readonly attentions: boolean;
  readonly hiddenStates: boolean;
}

/** Names of the exposed tensors by layer: [B, A, T, T] and [B, T, H]. */
export interface ExposedNames {
  readonly attentions: readonly string[];
  readonly hiddenStates: readonly string[];
}

/** Writes a decoder whose attention weights are outputs. */
export interface ExposeDecoderJob {
  readonly kind: 'expose-decoder';
  readonly model: string;
  /** File to write. */
  readonly to: string;
  /** Which branch of a merged file: that of the first step, or that of the others. */
  readonly isFirst: boolean;
}

/** Names by layer: weights over the text so far, and over what the encoder read. */
export interface ExposedDecoderNames {
  readonly attentions: readonly string[];
  readonly crossAttentions: readonly string[];
}

/** Writes a decoder that gives what is new at a step. */
export interface StepJob {
  readonly kind: 'step';
  readonly model: string;
  /** File to write. */
  readonly to: string;
}

/** How to feed and read what a step job wrote; null when the graph is not of the usual form. */
export type StepNames = {
  /** By input of the cache: the output with its new positions. */
  readonly fresh: Readonly<Record<string, string>>;
  /** Buckets of relative positions; null where the model has none. */
  readonly bucketCount: number | null;
  readonly readsLength: boolean;
} | null;

/** Writes what projects an encoder's hidden states into the keys and values of a decoder. */
export interface CrossJob {
  readonly kind: 'cross';
  readonly model: string;
  readonly to: string;
}

/** Reads the word-embedding table as floats. */
export interface TableJob {
  readonly kind: 'table';
  readonly model: string;
}

/** [vocabulary, width] row-major. */
export interface EmbeddingRows {
  readonly vocabulary: number;
  readonly width: number;
  readonly rows: Float32Array<ArrayBuffer>;
}

/** Writes a model that computes gradients, too. */
export interface GradientJob {
  readonly kind: 'gradient';
  readonly model: string;
  /** File to write. */
  readonly to: string;
  /** Tensors to differentiate. */
  readonly of: readonly string[];
  /** The tensor that can be fed and that gets a gradient: "embeddings" or a tensor's name. */
  readonly at: string;
  /** Further tensors that are to be outputs and get gradients. */
  readonly alsoAt: readonly string[];
}

/** How to feed and read what a gradient job wrote, all by names of the file. */
export interface GradientNames {
  /** Seed input of each tensor of `of`. */
  readonly seeds: Readonly<Record<string, string>>;
  /** Gradient output of `at` and of each tensor of `alsoAt`. */
  readonly gradients: Readonly<Record<string, string>>;
  /** The tensor at `at` becomes tensor · scale + delta. */
  readonly scale: string;
  readonly delta: string;
}

/** Writes a model whose products with constant weights run in dynamic int8. */
export interface QuantiseJob {
  readonly kind: 'quantise';
  readonly model: string;
  readonly to: string;
}

/** Writes a model with LoRA adapters merged into its weights, each with an equal share. */
export interface MergeJob {
  readonly kind: 'merge';
  readonly model: string;
  readonly to: string;
  readonly adapters: readonly AdapterFiles[];
}

/** A PEFT adapter on disk: a folder with adapter_config.json and adapter_model.safetensors. */
export interface AdapterFiles {
  readonly name: string;
  readonly folder: string;
}

/** What a job answers that only writes a file. */
export interface Written {
  readonly bytes: number;
}

export interface GraphAnswers {
  readonly inspect: Inspection;
  readonly expose: ExposedNames;
  readonly 'expose-decoder': ExposedDecoderNames;
  readonly step: StepNames;
  readonly cross: Written | null;
  readonly table: EmbeddingRows;
  readonly gradient: GradientNames;
  readonly quantise: Written;
  readonly merge: Written;
}
