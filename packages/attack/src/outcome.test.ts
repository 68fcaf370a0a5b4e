import { expect, it } from 'vitest';
import type { Outcome } from './context.ts';
import { normalAnswer, probabilityOf, sameOutcome } from './outcome.ts';

const answer = (
  text: string,
  score: number,
  candidates: { answer: string; score: number }[] = [],
): Outcome => ({
  kind: 'answer',
  answer: text,
  start: 0,
  end: text.length,
  score,
  candidates,
});

it('answers are compared as SQuAD compares them', () => {
  expect(normalAnswer('The  "Eiffel" Tower.')).toBe('eiffel tower');
  expect(sameOutcome(answer('the Tower', 0.1), answer('Tower.', 0.9))).toBe(true);
  expect(sameOutcome(answer('Tower', 0.1), answer('', 0.9))).toBe(false);
});

it("the original answer's probability is found among the other candidates", () => {
  const now = answer('Rome', 0.6, [{ answer: 'Paris', score: 0.3 }]);
  expect(probabilityOf(answer('paris', 0.9), now)).toBe(0.3);
  expect(probabilityOf(answer('Oslo', 0.9), now)).toBe(0);
});
