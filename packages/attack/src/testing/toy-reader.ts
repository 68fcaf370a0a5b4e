import type { AttackContext, Outcome } from '../context.ts';
import { toyContext } from './toy-context.ts';

/**
 * A reader whose answer is the word after the one of its question's words that stands first in the context;
 * without any, the null answer. Simple enough to know which question words can go.
 */
export function toyReader(
  overrides: Partial<AttackContext> = {},
): AttackContext & { readonly asked: string[] } {
  const asked: string[] = [];
  const answer = (question: string, context: string): Outcome => {
    asked.push(question);
    const wanted = new Set(question.toLowerCase().match(/\p{L}+/gu) ?? []);
    const words = [...context.matchAll(/\p{L}+/gu)];
    const at = words.findIndex((word) => wanted.has(word[0].toLowerCase()));
    const found = at < 0 ? undefined : words[at + 1];
    if (!found) return { kind: 'answer', answer: '', start: 0, end: 0, score: 0.9, candidates: [] };
    const score = 0.5 + 0.4 / wanted.size;
    const { index } = found;
    return {
      kind: 'answer',
      answer: found[0],
      start: index,
      end: index + found[0].length,
      score,
      candidates: [{ answer: found[0], score }],
    };
  };
  const base = toyContext(overrides);
  return {
    ...base,
    asked,
    predict: async (units) =>
      units.map(([row]) => (typeof row === 'string' ? answer('', row) : answer(row[0], row[1]))),
    ...overrides,
  };
}
