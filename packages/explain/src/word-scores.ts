import type { ExplainOptions } from '@tessera/contracts';
import type { Parts } from './parts.ts';
import type { Word } from './sequence.ts';

export type TokenTriple = readonly [index: number, word: string, score: number];

/** SQuARE's wire form of one instance (docs/square-wire.md#results, #question-and-context). */
export interface InstanceScores {
  readonly topkQuestionIdx: readonly number[];
  readonly topkContextIdx: readonly number[];
  readonly questionTokens: readonly TokenTriple[];
  readonly contextTokens: readonly TokenTriple[];
}

/**
 * Word scores over the shown words: Σ|value| of a word's tokens, divided once by the total over both parts,
 * rounded to three digits; with `signed` Σ value divided by Σ|Σ value|. All zeros stay zeros. Ranks come from
 * the unrounded scores, ties by position; `mode` empties the ranked list of the part it leaves out.
 */
export function wordScores(
  parts: Parts,
  values: ArrayLike<number>,
  { top_k, mode, signed }: Pick<ExplainOptions, 'top_k' | 'mode' | 'signed'>,
): InstanceScores {
  const raw = (words: readonly Word[]): number[] =>
    words.map((word) =>
      word.tokens.reduce((sum, t) => sum + (signed ? values[t]! : Math.abs(values[t]!)), 0),
    );
  const question = raw(parts.question);
  const context = raw(parts.context);
  const total = [...question, ...context].reduce((sum, value) => sum + Math.abs(value), 0);
  const share = (value: number): number => (total > 0 ? value / total : 0);
  const triples = (words: readonly Word[], scores: readonly number[]): TokenTriple[] =>
    words.map((word, i) => [i, word.text, round3(share(scores[i]!))]);
  const ranked = (scores: readonly number[], part: string): number[] =>
    mode === 'all' || mode === part
      ? scores
          .map((_, i) => i)
          .sort((a, b) => scores[b]! - scores[a]! || a - b)
          .slice(0, top_k)
      : [];
  return {
    topkQuestionIdx: ranked(question, 'question'),
    topkContextIdx: ranked(context, 'context'),
    questionTokens: triples(parts.question, question),
    contextTokens: triples(parts.context, context),
  };
}

function round3(value: number): number {
  const rounded = Math.round(value * 1000) / 1000;
  return rounded === 0 ? 0 : rounded; // no minus zero on the wire
}
