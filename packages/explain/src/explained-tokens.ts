import type { ExplainedToken } from '@tessera/contracts';
import type { Parts } from './parts.ts';
import type { TokenSequence } from './sequence.ts';

/** The tokens of the model's input with their values, in order. */
export function explainedTokens(
  sequence: TokenSequence,
  parts: Parts,
  values: ArrayLike<number>,
): readonly ExplainedToken[] {
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
