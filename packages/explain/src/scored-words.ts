import type { ExplainedInstance, ExplainOptions, ScoredWord } from '@tessera/contracts';
import type { Parts } from './parts.ts';
import type { Word } from './sequence.ts';

/**
 * Word scores over the shown words: Σ|value| of a word's tokens, divided once by the total over both parts,
 * rounded to three digits; with `signed` Σ value divided by Σ|Σ value|. All zeros stay zeros.
 */
export function scoredWords(
  parts: Parts,
  values: ArrayLike<number>,
  { signed }: Pick<ExplainOptions, 'signed'>,
): ExplainedInstance['words'] {
  const raw = (words: readonly Word[]): number[] =>
    words.map((word) =>
      word.tokens.reduce((sum, t) => sum + (signed ? values[t]! : Math.abs(values[t]!)), 0),
    );
  const question = raw(parts.question);
  const context = raw(parts.context);
  const total = [...question, ...context].reduce((sum, value) => sum + Math.abs(value), 0);
  const shared = (words: readonly Word[], scores: readonly number[]): ScoredWord[] =>
    words.map(({ text }, i) => ({ text, score: total > 0 ? round3(scores[i]! / total) : 0 }));
  return { question: shared(parts.question, question), context: shared(parts.context, context) };
}

function round3(value: number): number {
  const rounded = Math.round(value * 1000) / 1000;
  return rounded === 0 ? 0 : rounded; // no minus zero on the wire
}
