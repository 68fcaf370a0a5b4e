import type { ExplainInstance, Prediction } from '../instance.ts';
import type { TokenSequence } from '../sequence.ts';

/**
 * Token, its ids and where it comes from, for sequences written by hand. A null text marks a special token.
 */
export interface HandToken {
  readonly token: string;
  readonly id?: number;
  readonly text: 0 | 1 | null;
  readonly word?: number;
  readonly at?: readonly [number, number];
}

export function sequenceOf(tokens: readonly HandToken[]): TokenSequence {
  return {
    inputIds: tokens.map((t, i) => t.id ?? i),
    typeIds: tokens.map((t) => t.text ?? 0),
    tokens: tokens.map((t) => t.token),
    specialTokensMask: tokens.map((t) => (t.text === null ? 1 : 0)),
    wordIds: tokens.map((t) => t.word ?? null),
    sequenceIds: tokens.map((t) => t.text),
    offsets: tokens.map((t) => t.at ?? [0, 0]),
  };
}

/**
 * "[CLS] w0 w1 … [SEP]" over a text of the given words; ids 1 and 2 are the specials, words count from
 * `firstId`.
 */
export function sentence(
  words: readonly string[],
  { ids, prediction = { kind: 'class' } }: { ids: readonly number[]; prediction?: Prediction },
): ExplainInstance {
  let start = 0;
  const tokens = words.map((word, i): HandToken => {
    const at = [start, start + word.length] as const;
    start += word.length + 1;
    return { token: word, id: ids[i]!, text: 0, word: i, at };
  });
  return {
    texts: [words.join(' ')],
    windows: [
      sequenceOf([{ token: '[CLS]', id: 1, text: null }, ...tokens, { token: '[SEP]', id: 2, text: null }]),
    ],
    prediction,
  };
}
