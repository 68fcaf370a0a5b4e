import type { JsonObject } from '@tessera/contracts';
import type { Parts } from './parts.ts';
import type { TokenSequence } from './sequence.ts';

/** One token of `explain_meta` (docs/explanations.md#reading-the-reply). */
export interface TokenMeta {
  readonly token: string;
  /** [start, end) in code points of the part's text. */
  readonly start: number;
  readonly end: number;
  readonly part: 'question' | 'context' | 'special';
  /** Place of its word in the part's word list; null for tokens of no word. */
  readonly word: number | null;
  /** Signed, raw, unrounded. */
  readonly value: number;
}

export interface InstanceMeta {
  readonly f: number;
  readonly f_baseline: number | null;
  readonly gap: number | null;
  readonly n_steps: number | null;
  readonly model_calls: number;
  readonly tokens: readonly TokenMeta[];
  /** Which class, span or token F belongs to. */
  readonly target: JsonObject;
  /** True when the budget ended before the method did. */
  readonly budget_spent?: true;
  /** Which window of a long text was explained, counted from 0, of how many. */
  readonly window?: { readonly index: number; readonly count: number };
  /** What else the method tells. */
  readonly details?: JsonObject;
  readonly evaluation?: JsonObject;
}

export interface ExplainMeta {
  readonly method: string;
  readonly options: JsonObject;
  /** What F is, in words, the same for all instances. */
  readonly target: string;
  readonly instances: readonly InstanceMeta[];
  /** With `evaluate`: mean, deviation and number of each measure over the instances. */
  readonly evaluation?: JsonObject;
}

/** One entry per token of the model's input. */
export function tokenMeta(
  sequence: TokenSequence,
  parts: Parts,
  values: ArrayLike<number>,
): readonly TokenMeta[] {
  const wordOf = new Map<number, number>();
  for (const words of [[...parts.question, ...parts.hidden], parts.context])
    words.forEach((word, index) => {
      for (const t of word.tokens) wordOf.set(t, index);
    });
  return sequence.tokens.map((token, t) => {
    const text = sequence.specialTokensMask[t] ? null : (sequence.sequenceIds[t] ?? null);
    const [start, end] = sequence.offsets[t]!;
    return {
      token,
      start,
      end,
      part: text === null ? 'special' : parts.of(text),
      word: wordOf.get(t) ?? null,
      value: values[t]!,
    };
  });
}
