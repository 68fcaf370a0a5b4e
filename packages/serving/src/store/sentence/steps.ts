import type { Tensor } from '@tessera/contracts';

/** Poolings of sentence-transformers, under its names. */
export const poolingModes = [
  'cls',
  'max',
  'mean',
  'mean_sqrt_len_tokens',
  'weightedmean',
  'lasttoken',
] as const;
export type SentencePooling = (typeof poolingModes)[number];

/** Activations of torch.nn that take no argument to be made: their class names in lower case. */
export const activations = [
  'identity',
  'tanh',
  'relu',
  'relu6',
  'gelu',
  'sigmoid',
  'silu',
  'elu',
  'celu',
  'selu',
  'leakyrelu',
  'softplus',
  'mish',
  'softsign',
  'logsigmoid',
  'tanhshrink',
  'hardtanh',
  'hardsigmoid',
  'hardswish',
] as const;
export type Activation = (typeof activations)[number];

/** What a step reads and writes: every token's vector, or the one vector of the text. */
export type StepPlace = 'tokens' | 'sentence';

/**
 * One module of modules.json behind the Transformer. Dropout does nothing outside training and is no step.
 */
export type SentenceStep =
  | {
      readonly kind: 'pooling';
      /** Values of a token's vector as the file has them; null where it does not say. */
      readonly width: number | null;
      /** Several are joined in this order. */
      readonly modes: readonly SentencePooling[];
      /** False: the tokens of the prompt do not count. */
      readonly includePrompt: boolean;
    }
  | {
      /** y = activation(W·x + b) + residual; W [out, in]. */
      readonly kind: 'dense';
      readonly at: StepPlace;
      readonly weight: Tensor;
      readonly bias: Tensor | null;
      readonly activation: Activation;
      /** `input`: x itself is added; a tensor [out, in]: R·x is. */
      readonly residual: 'input' | Tensor | null;
    }
  | { readonly kind: 'normalize'; readonly at: StepPlace }
  | {
      readonly kind: 'layer-norm';
      readonly weight: Tensor;
      readonly bias: Tensor;
    };

/** How a sentence-transformers folder makes a vector of a text. */
export interface SentenceTransformerPipeline {
  /** In the order of modules.json; one of them pools. */
  readonly steps: readonly SentenceStep[];
  /** Texts put in front of an input, by name. */
  readonly prompts: Readonly<Record<string, string>>;
  /** The prompt of a request that names none. */
  readonly defaultPrompt: string | null;
  /** Values kept of each vector (`truncate_dim`); null for all. */
  readonly dimensions: number | null;
  readonly maxSeqLength: number | null;
}
