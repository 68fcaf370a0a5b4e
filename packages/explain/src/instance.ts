import type { PoolingMode } from './pooling.ts';
import type { Texts, TokenSequence } from './sequence.ts';

/** One input of a request, tokenized as the task's head tokenized it. */
export interface ExplainInstance {
  readonly texts: Texts;
  /** The rows that the head ran for it: one, or several windows of a long context. At least one. */
  readonly windows: readonly TokenSequence[];
  readonly prediction: Prediction;
}

/** What the head predicted, as far as F depends on it. */
export type Prediction =
  /** F = logit of the predicted class (or of `target`). */
  | { readonly kind: 'class' }
  /** The row is a choice: F = the choice's logit, in `column` when the head has several. */
  | { readonly kind: 'choice'; readonly column?: number }
  /**
   * F = s_i + e_j of the returned answer; code points of texts[1]. An empty answer text is the null answer.
   */
  | {
      readonly kind: 'answer';
      readonly start: number;
      readonly end: number;
      readonly answer: string;
      /** Place of the token that stands for "no answer", mostly the first. */
      readonly nullToken?: number;
      /** Where the head found the answer: its window and tokens. Absent: looked for by the offsets. */
      readonly span?: { readonly window: number; readonly first: number; readonly last: number };
    }
  /** F = logit of one token's predicted class; `ignored` labels ("O") are not picked unasked. */
  | { readonly kind: 'token-class'; readonly ignored?: readonly string[] }
  /** F = cosine of this input's embedding with another input's. */
  | { readonly kind: 'similarity'; readonly pooling: PoolingMode; readonly other: number }
  /** F = logit of the token that was generated after this row. */
  | {
      readonly kind: 'next-token';
      readonly id: number;
      /** Which input and which of its generated tokens, counted from 0. */
      readonly input: number;
      readonly step: number;
    };

export type PredictionKind = Prediction['kind'];
