import { describe, expect, it } from 'vitest';
import { wordsOf } from './sequence.ts';
import { sequenceOf } from './testing/sequences.ts';

describe('wordsOf', () => {
  it('joins WordPiece tokens of one word and leaves specials out', () => {
    const sequence = sequenceOf([
      { token: '[CLS]', text: null },
      { token: 'ne', text: 0, word: 0, at: [0, 2] },
      { token: '##o', text: 0, word: 0, at: [2, 3] },
      { token: '?', text: 0, word: 1, at: [3, 4] },
      { token: '[SEP]', text: null },
    ]);
    expect(wordsOf(sequence, ['Neo?'])).toEqual([
      { sequence: 0, start: 0, end: 3, text: 'Neo', tokens: [1, 2] },
      { sequence: 0, start: 3, end: 4, text: '?', tokens: [3] },
    ]);
  });

  it('keeps a character that byte-level BPE split over tokens whole, offsets in code points', () => {
    const sequence = sequenceOf([
      { token: '<s>', text: null },
      { token: 'A', text: 0, word: 0, at: [0, 1] },
      { token: 'ĠðŁĺ', text: 0, word: 1, at: [1, 3] },
      { token: 'Ģ', text: 0, word: 1, at: [2, 3] },
      { token: 'Ġé', text: 0, word: 2, at: [3, 5] },
      { token: '</s>', text: null },
    ]);
    expect(wordsOf(sequence, ['A 😀 é']).map((w) => [w.text, w.tokens])).toEqual([
      ['A', [1]],
      ['😀', [2, 3]],
      ['é', [4]],
    ]);
  });

  it('splits at white space where the pre-tokenizer calls the whole text one word, and gives a lone blank to the next', () => {
    const sequence = sequenceOf([
      { token: '▁', text: 0, word: 0, at: [0, 0] },
      { token: 'good', text: 0, word: 0, at: [0, 4] },
      { token: '▁', text: 0, word: 0, at: [4, 5] },
      { token: 'mo', text: 0, word: 0, at: [5, 7] },
      { token: 'vie', text: 0, word: 0, at: [7, 10] },
    ]);
    expect(wordsOf(sequence, ['good movie']).map((w) => [w.text, w.tokens])).toEqual([
      ['good', [0, 1]],
      ['movie', [2, 3, 4]],
    ]);
  });

  it('does not join equal word ids of the two texts of a pair', () => {
    const sequence = sequenceOf([
      { token: 'a', text: 0, word: 0, at: [0, 1] },
      { token: 'b', text: 1, word: 0, at: [0, 1] },
    ]);
    expect(wordsOf(sequence, ['a', 'b']).map((w) => [w.sequence, w.text])).toEqual([
      [0, 'a'],
      [1, 'b'],
    ]);
  });
});
