import { describe, expect, it } from 'vitest';
import { answerSpan, spanProbabilities } from './answer-span.ts';
import { sequenceOf } from './testing/sequences.ts';
import { vector } from './testing/toy-model.ts';

// "who? ne ##o reeves ." with the answer "neo reeves" in the context.
const sequence = sequenceOf([
  { token: '[CLS]', text: null },
  { token: 'who', text: 0, word: 0, at: [0, 3] },
  { token: '[SEP]', text: null },
  { token: 'ne', text: 1, word: 0, at: [0, 2] },
  { token: '##o', text: 1, word: 0, at: [2, 3] },
  { token: 'reeves', text: 1, word: 1, at: [4, 10] },
  { token: '.', text: 1, word: 2, at: [10, 11] },
]);
const outputs = {
  start_logits: vector([9, 9, 0, 1, 4, 3, 0]),
  end_logits: vector([9, 0, 0, 2, 5, 3, 1]),
};

describe('answerSpan', () => {
  it('finds the best token span that the head widened to these words', () => {
    expect(answerSpan(sequence, outputs, { start: 0, end: 10 })).toEqual({ first: 4, last: 5, score: 7 });
    // Within one word the end may not precede the start: ne+##o beats ##o+##o? 1+5 < 4+5.
    expect(answerSpan(sequence, outputs, { start: 0, end: 3 })).toEqual({ first: 4, last: 4, score: 9 });
  });

  it('takes the tokens inside when the edges are no word edges, and is null outside the window', () => {
    expect(answerSpan(sequence, outputs, { start: 5, end: 20 })).toEqual({ first: 5, last: 6, score: 4 });
    expect(answerSpan(sequence, outputs, { start: 30, end: 35 })).toBeNull();
  });

  it('probabilities are over the context and token 0 only', () => {
    const p = spanProbabilities(sequence, [0, 50, 50, 0, 0, 0, 0]);
    expect([...p]).toEqual([0.2, 0, 0, 0.2, 0.2, 0.2, 0.2].map((v) => expect.closeTo(v, 12)));
  });
});
