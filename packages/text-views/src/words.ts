/** A stretch of a text with its signed weight; places in Unicode code points, [start, end). */
export interface WeightedSpan {
  readonly start: number;
  readonly end: number;
  readonly value: number;
}

/** One token of an explanation, as the native API tells it. */
export interface ExplainedToken extends WeightedSpan {
  readonly part: string;
  /** Place of its word in the part's word list; null for tokens of no word. */
  readonly word: number | null;
}

/** Adds up the tokens of each word of one part (`question` or `context`) of an explained input. */
export function wordsOf(tokens: readonly ExplainedToken[], part: string): WeightedSpan[] {
  const words = new Map<number, WeightedSpan>();
  for (const token of tokens) {
    if (token.part !== part || token.word === null) continue;
    const word = words.get(token.word) ?? { start: token.start, end: token.end, value: 0 };
    words.set(token.word, {
      start: Math.min(word.start, token.start),
      end: Math.max(word.end, token.end),
      value: word.value + token.value,
    });
  }
  return [...words.values()];
}
