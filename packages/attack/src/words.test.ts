import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { casingOf, inCasingOf, joinWords, splitWords, wordsInSpan } from './words.ts';

describe('words', () => {
  it("split at white space, spans in code points, and join to the user's own text", () => {
    const split = splitWords('  A 😀 nice\n\tday! ');
    expect(split.words).toEqual(['A', '😀', 'nice', 'day!']);
    expect(split.spans).toEqual([
      [2, 3],
      [4, 5],
      [6, 10],
      [12, 16],
    ]);
    expect(joinWords(split, split.words)).toBe('  A 😀 nice\n\tday! ');
    expect(joinWords(split, ['A', null, 'bad', null])).toBe('  A bad ');
    expect(joinWords(split, [null, '😀', null, null])).toBe('😀 ');
    expect(wordsInSpan(split, 5, 7)).toEqual([2]);
  });

  it('any text comes back whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const split = splitWords(text);
        expect(joinWords(split, split.words)).toBe(text);
        const points = [...text];
        expect(split.spans.map(([a, b]) => points.slice(a, b).join(''))).toEqual(split.words);
      }),
    );
  });

  it('knows casings and gives them on', () => {
    expect(['good', 'Good', 'GOOD', 'gOod', '12', 'É'].map(casingOf)).toEqual([
      'lower',
      'capitalised',
      'upper',
      'mixed',
      'none',
      'capitalised',
    ]);
    expect(inCasingOf('bad', 'Good')).toBe('Bad');
    expect(inCasingOf('bad', 'GOOD')).toBe('BAD');
    expect(inCasingOf('bad', 'good')).toBe('bad');
  });
});
