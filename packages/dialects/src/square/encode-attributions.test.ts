import { expect, it } from 'vitest';
import { explainedInstance } from '../testing/explained-instance.ts';
import { encodeAttributions } from './encode-attributions.ts';

const instance = explainedInstance({
  question: [
    ['who', 0.08],
    ['plays', 0.07],
    ['neo', 0.1],
    ['?', 0.02],
  ],
  context: [
    ['keanu', 0.2],
    ['reeves', -0.12],
    ['!', 0.03],
  ],
});
const options = { top_k: 2, mode: 'all', signed: false };

it("ranks as SQuARE's own example, and shows every word with its place", () => {
  const found = encodeAttributions([instance], options);
  expect(found.topk_question_idx).toEqual([[2, 0]]);
  expect(found.topk_context_idx).toEqual([[0, 1]]);
  expect(found.context_tokens).toEqual([
    [
      [0, 'keanu', 0.323],
      [1, 'reeves', 0.194],
      [2, '!', 0.048],
    ],
  ]);
});

it('ranks by signed scores where they are kept', () => {
  expect(encodeAttributions([instance], { ...options, signed: true }).topk_context_idx).toEqual([[0, 2]]);
});

it('mode empties the ranks of a part but never its words; an unknown mode empties both', () => {
  const context = encodeAttributions([instance], { ...options, top_k: 1, mode: 'context' });
  expect([context.topk_question_idx, context.topk_context_idx]).toEqual([[[]], [[0]]]);
  expect(context.question_tokens).toMatchObject([{ length: 4 }]);
  const odd = encodeAttributions([instance], { ...options, mode: 'both' });
  expect([odd.topk_question_idx, odd.topk_context_idx]).toEqual([[[]], [[]]]);
});

it('a word that is not shown is not ranked, and ties rank by place', () => {
  const hidden = { ...instance.tokens[0]!, word: 4, value: 9 };
  const tokens = [...instance.tokens, hidden].map((token) => ({ ...token, value: token.word === 4 ? 9 : 1 }));
  const found = encodeAttributions([{ ...instance, tokens }], { ...options, top_k: 9 });
  expect(found.topk_question_idx).toEqual([[0, 1, 2, 3]]);
});
