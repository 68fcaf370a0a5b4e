import { wordsOf } from '@tessera/text-views';
import { describe, expect, it } from 'vitest';
import { colourWords } from './colour-words.ts';

const token = (start: number, end: number, word: number | null, value: number, part = 'context') => ({
  start,
  end,
  word,
  value,
  part,
});

describe('words in colour', () => {
  it('adds up the pieces of a word and leaves other parts and special tokens out', () => {
    const tokens = [
      token(0, 0, null, 9, 'special'),
      token(0, 3, 0, 1),
      token(3, 5, 0, 2),
      token(6, 7, 1, -1),
      token(0, 4, 0, 5, 'question'),
    ];
    expect(wordsOf(tokens, 'context')).toEqual([
      { start: 0, end: 5, value: 3 },
      { start: 6, end: 7, value: -1 },
    ]);
  });

  it('keeps the text as it was typed, code point by code point', () => {
    const text = '😀 funny  film';
    const shown = colourWords(text, [
      { start: 2, end: 7, value: 1 },
      { start: 9, end: 13, value: 0.01 },
    ]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(shown.replace(/\u001b\[\d+m|\+/g, '')).toBe(text);
  });
});
