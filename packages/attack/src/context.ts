import type { Capability, ExplainMethod, TextInput } from '@tessera/contracts';

/**
 * What an attack may ask. Attacks are search over this object: they never see ONNX, queues or HTTP. Every
 * call takes a list and is one batch for the integrator; one call holds at most `chunkRows` rows. After
 * cancellation calls throw TASK_CANCELLED.
 */
export interface AttackContext {
  readonly model: AttackedModel;
  readonly chunkRows: number;
  /** What the task's own head answers afresh for these inputs: the attack's only judge. */
  predict(units: readonly Unit[]): Promise<readonly Outcome[]>;
  /**
   * Gradient of the loss of an outcome (cross-entropy against it) at each word embedding of each row of the
   * unit.
   */
  lossGradient(requests: readonly LossRequest[]): Promise<readonly LossGradient[]>;
  /** Token sequences of lone texts, whole, to see whether a text falls into the pieces it should. */
  encode(texts: readonly string[]): Promise<readonly Tokens[]>;
  /** The model's vocabulary and word embeddings. */
  vocabulary(): Promise<Vocabulary>;
  /** How much each piece of the unit's texts matters, by an explain method; of the predicted outcome. */
  saliency(units: readonly Unit[], method: ExplainMethod): Promise<readonly Saliency[]>;
  /** Cosine of two texts by `similarity_model`; absent when none was named. */
  similarity?(pairs: readonly (readonly [string, string])[]): Promise<readonly number[]>;
  /** Nearest words of each word by `neighbour_model`, best first; absent when none was named. */
  neighbours?(words: readonly string[], count: number): Promise<readonly (readonly Neighbour[])[]>;
  /** What a masked-language model expects at a word, best first; absent when none was named. */
  fillMask?(requests: readonly FillMaskRequest[]): Promise<readonly (readonly Filling[])[]>;
  readonly signal: AbortSignal;
  monotonicMs(): number;
  reportProgress(progress: {
    readonly done: number;
    readonly total: number | null;
    readonly note: string;
  }): void;
}

export interface AttackedModel {
  readonly identifier: string;
  readonly capabilities: readonly Capability[];
  readonly id2label: Readonly<Record<string, string>>;
}

/** What is predicted as one: a row, or the choices of one question. */
export type Unit = readonly [TextInput, ...TextInput[]];

/** What the head says of a unit. Probabilities in [0, 1]. */
export type Outcome =
  | { readonly kind: 'class'; readonly label: number; readonly probabilities: readonly number[] }
  /** `label` is the choice's place; probabilities one a choice. */
  | { readonly kind: 'choice'; readonly label: number; readonly probabilities: readonly number[] }
  | {
      readonly kind: 'answer';
      /** Code points of the context; an empty answer is the null answer. */
      readonly answer: string;
      readonly start: number;
      readonly end: number;
      readonly score: number;
      /** The best answers with their scores, this one included. */
      readonly candidates: readonly { readonly answer: string; readonly score: number }[];
    };

export interface LossRequest {
  readonly unit: Unit;
  /** The outcome whose loss is meant; for an answer its span lies in the unit's context. */
  readonly of: Outcome;
}

export interface LossGradient {
  readonly loss: number;
  /** One entry per row of the unit. */
  readonly rows: readonly {
    readonly tokens: Tokens;
    /** dL/d(embedding): [T, H] row-major. */
    readonly gradient: Float32Array;
  }[];
}

/** A tokenized row; an Encoding of packages/serving is one. One entry per token. */
export interface Tokens {
  readonly inputIds: readonly number[];
  readonly specialTokensMask: readonly (0 | 1)[];
  readonly wordIds: readonly (number | null)[];
  readonly sequenceIds: readonly (0 | 1 | null)[];
  /** [start, end) in code points of the token's text. */
  readonly offsets: readonly (readonly [start: number, end: number])[];
}

/** Words of the vocabulary and where each stands in the embedding space. */
export interface Vocabulary {
  /** By id; null for special tokens and pieces that are no text. */
  readonly entries: readonly (VocabularyEntry | null)[];
  /** [V, H] row-major. */
  readonly table: Float32Array;
  readonly width: number;
}

export interface VocabularyEntry {
  /** The piece's text without marks. */
  readonly text: string;
  /** True when the piece begins a word. */
  readonly startsWord: boolean;
}

/** Signed values over stretches of the unit's first row, and what they cost. */
export interface Saliency {
  readonly modelCalls: number;
  readonly values: readonly {
    readonly sequence: 0 | 1;
    readonly start: number;
    readonly end: number;
    readonly value: number;
  }[];
}

export interface Neighbour {
  readonly word: string;
  readonly cosine: number;
}

export interface FillMaskRequest {
  readonly words: readonly string[];
  /** The word to be replaced. */
  readonly index: number;
  /** True: the model sees its mask token there; false: it sees the word. */
  readonly masked: boolean;
  readonly count: number;
}

export interface Filling {
  readonly word: string;
  readonly probability: number;
}
