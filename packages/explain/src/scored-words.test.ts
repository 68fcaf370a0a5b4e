import { describe, expect, it } from 'vitest';
import { partsOf } from './parts.ts';
import { scoredWords } from './scored-words.ts';
import { wordsOf } from './sequence.ts';
import { sequenceOf } from './testing/sequences.ts';

const texts = ['who plays neo?', 'keanu reeves!'] as const;
const sequence = sequenceOf([
  { token: '[CLS]', text: null },
  { token: 'who', text: 0, word: 0, at: [0, 3] },
  { token: 'plays', text: 0, word: 1, at: [4, 9] },
  { token: 'ne', text: 0, word: 2, at: [10, 12] },
  { token: '##o', text: 0, word: 2, at: [12, 13] },
  { token: '?', text: 0, word: 3, at: [13, 14] },
  { token: '[SEP]', text: null },
  { token: 'kea', text: 1, word: 0, at: [0, 3] },
  { token: '##nu', text: 1, word: 0, at: [3, 5] },
  { token: 'reeves', text: 1, word: 1, at: [6, 12] },
  { token: '!', text: 1, word: 2, at: [12, 13] },
  { token: '[SEP]', text: null },
]);
const values = [0.1, 0.08, 0.07, 0.05, 0.05, 0.02, 0.13, 0.11, 0.09, 0.12, 0.03, 0.15];
const words = wordsOf(sequence, texts);
const options = { signed: false };

describe('word scores', () => {
  it("joins as SQuARE's own example, normalised over the shown words", () => {
    const scores = scoredWords(partsOf('answer', texts, words), values, options);
    const shown = 0.08 + 0.07 + 0.1 + 0.02 + 0.2 + 0.12 + 0.03;
    expect(scores.question).toEqual([
      { text: 'who', score: Number((0.08 / shown).toFixed(3)) },
      { text: 'plays', score: Number((0.07 / shown).toFixed(3)) },
      { text: 'neo', score: Number((0.1 / shown).toFixed(3)) },
      { text: '?', score: Number((0.02 / shown).toFixed(3)) },
    ]);
    expect(scores.context.map(({ text }) => text)).toEqual(['keanu', 'reeves', '!']);
  });

  it('swaps the parts of a classification pair and hides question words after the first "?"', () => {
    const pair = ['keanu reeves!', 'neo? yes'] as const;
    const swapped = sequenceOf([
      { token: 'keanu', text: 0, word: 0, at: [0, 5] },
      { token: 'neo', text: 1, word: 0, at: [0, 3] },
      { token: '?', text: 1, word: 1, at: [3, 4] },
      { token: 'yes', text: 1, word: 2, at: [5, 8] },
    ]);
    const scores = scoredWords(partsOf('class', pair, wordsOf(swapped, pair)), [3, 1, 0, 96], options);
    expect(scores.question).toEqual([
      { text: 'neo', score: 0.25 },
      { text: '?', score: 0 },
    ]);
    expect(scores.context).toEqual([{ text: 'keanu', score: 0.75 }]);
  });

  it('keeps [question, choice] in order', () => {
    const pair = ['who?', 'neo'] as const;
    const sequence = sequenceOf([
      { token: 'who', text: 0, word: 0, at: [0, 3] },
      { token: '?', text: 0, word: 1, at: [3, 4] },
      { token: 'neo', text: 1, word: 0, at: [0, 3] },
    ]);
    const parts = partsOf('choice', pair, wordsOf(sequence, pair));
    expect(parts.question.map((w) => w.text)).toEqual(['who', '?']);
    expect(parts.context.map((w) => w.text)).toEqual(['neo']);
  });

  it('a lone sentence is the context; zeros stay zeros; sign is kept on request', () => {
    const sequence = sequenceOf([
      { token: 'good', text: 0, word: 0, at: [0, 4] },
      { token: 'bad', text: 0, word: 1, at: [5, 8] },
    ]);
    const parts = partsOf('class', ['good bad'], wordsOf(sequence, ['good bad']));
    expect(scoredWords(parts, [0, 0], options).context).toEqual([
      { text: 'good', score: 0 },
      { text: 'bad', score: 0 },
    ]);
    expect(scoredWords(parts, [1, -3], options).context).toEqual([
      { text: 'good', score: 0.25 },
      { text: 'bad', score: 0.75 },
    ]);
    const signed = scoredWords(parts, [1, -3], { ...options, signed: true });
    expect(signed.context[1]).toEqual({ text: 'bad', score: -0.75 });
    expect(signed.question).toEqual([]);
  });
});
