import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakeTokenizer } from '../testing/fake-tokenizer.ts';
import { chooseTruncation, fitAll, lengthsOf } from './fit.ts';

const tokenizer = fakeTokenizer();
const limits = { maxLength: 10, addSpecialTokens: true };
const words = (count: number, word = 'w'): string => new Array(count).fill(word).join(' ');

describe('which text is cut', () => {
  it.each([
    ['a context before its question', [words(20), words(3, 'q')], { first: 4, second: 3 }, 'first'],
    ['a context behind its question', [words(3, 'q'), words(20)], { first: 3, second: 4 }, 'second'],
    ['both when either alone is too long', [words(20), words(30)], { first: 3, second: 4 }, 'both'],
  ] as const)('%s', async (_, pair, kept, where) => {
    const [fitted] = await fitAll(tokenizer, [[...pair] as [string, string]], limits);
    expect(lengthsOf(fitted!.encoding)).toMatchObject(kept);
    expect(fitted!.warning).toContain('input.0 was cut to 10 tokens');
    expect(fitted!.warning).toContain(where);
  });

  it('a single text at its end', async () => {
    const [short, long] = await fitAll(tokenizer, [words(8), words(9)], limits);
    expect(short!.warning).toBeNull();
    expect(long!.encoding.inputIds).toHaveLength(10);
    expect(long!.warning).toBe('input.1 was cut to 10 tokens (the end of the first text is missing).');
  });

  it('without special tokens there is more room', async () => {
    const [fitted] = await fitAll(tokenizer, [words(10)], { ...limits, addSpecialTokens: false });
    expect(fitted!.warning).toBeNull();
    expect(fitted!.encoding.inputIds).toHaveLength(10);
  });

  it('a limit without room for text is refused by name', async () => {
    await expect(fitAll(tokenizer, ['some text'], { ...limits, maxLength: 2 })).rejects.toThrow(
      /preprocessing\.maxLength.*at least 3/,
    );
  });

  it('never the shorter text, unless the longer alone cannot give enough', () => {
    const length = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(length, length, fc.integer({ min: 4, max: 60 }), (first, second, maxLength) => {
        const chosen = chooseTruncation({ first, second, added: 3 }, true, maxLength);
        const excess = first + second + 3 - maxLength;
        if (chosen === 'none') expect(excess).toBeLessThanOrEqual(0);
        if (chosen === 'only-first') expect(first).toBeGreaterThanOrEqual(second);
        if (chosen === 'only-second') expect(second).toBeGreaterThan(first);
        if (chosen === 'longest-first') expect(Math.max(first, second)).toBeLessThanOrEqual(excess);
      }),
      { seed: 3 },
    );
  });
});
