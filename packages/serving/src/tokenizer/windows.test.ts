import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EncodeOptions, Truncation } from './tokenizer.ts';
import { type Stretch, type TextStretches, windowStretches } from './windows.ts';

const options = (maxLength: number, truncation: Truncation, stride: number | null = null): EncodeOptions => ({
  maxLength,
  truncation,
  stride,
  addSpecialTokens: true,
});
/** [CLS] first [SEP], or [CLS] first [SEP] second [SEP]. */
const single = (length: number): TextStretches => ({
  total: length + 2,
  first: [1, length + 1],
  second: null,
});
const pair = (first: number, second: number): TextStretches => ({
  total: first + second + 3,
  first: [1, first + 1],
  second: [first + 2, first + second + 2],
});

describe('windows', () => {
  test.each<[string, TextStretches, EncodeOptions, readonly (readonly Stretch[])[]]>([
    ['a text that fits stays whole', single(5), options(7, 'none'), [[[0, 7]]]],
    [
      'a single text is cut by any rule',
      single(5),
      options(5, 'only-second'),
      [
        [
          [0, 4],
          [6, 7],
        ],
      ],
    ],
    [
      'only the first',
      pair(4, 3),
      options(8, 'only-first'),
      [
        [
          [0, 3],
          [5, 10],
        ],
      ],
    ],
    [
      'only the second',
      pair(4, 3),
      options(8, 'only-second'),
      [
        [
          [0, 7],
          [9, 10],
        ],
      ],
    ],
    [
      'the longer gives way',
      pair(9, 3),
      options(10, 'longest-first'),
      [
        [
          [0, 5],
          [10, 15],
        ],
      ],
    ],
    [
      'both give way to equal shares',
      pair(9, 9),
      options(10, 'longest-first'),
      [
        [
          [0, 4],
          [10, 15],
          [20, 21],
        ],
      ],
    ],
    [
      'windows share the stride',
      pair(2, 8),
      options(9, 'only-second', 2),
      [
        [
          [0, 8],
          [12, 13],
        ],
        [
          [0, 4],
          [6, 10],
          [12, 13],
        ],
        [
          [0, 4],
          [8, 13],
        ],
      ],
    ],
  ])('%s', (_, texts, wanted, expected) => {
    expect(windowStretches(texts, wanted)).toEqual(expected);
  });

  test.each<[string, TextStretches, EncodeOptions, RegExp]>([
    ['nothing may be cut', single(9), options(5, 'none'), /more than 5 tokens/],
    [
      'the text that must stay fills the limit',
      pair(9, 9),
      options(10, 'only-second'),
      /first text alone fills/,
    ],
    [
      'the special tokens fill the limit',
      single(9),
      options(2, 'only-first'),
      /no room beside the special tokens/,
    ],
    [
      'the stride is as long as a window',
      single(9),
      options(6, 'only-first', 4),
      /stride.*less than the 4 tokens/,
    ],
    [
      'there are too many windows',
      single(9000),
      options(5, 'only-first', 0),
      /3000 windows, over the limit of 1000/,
    ],
  ])('it is refused when %s', (_, texts, wanted, message) => {
    expect(() => windowStretches(texts, wanted)).toThrow(message);
  });
});

test('the windows of any pair cover the text, fit the limit and keep the other text whole', () => {
  const sizes = fc.record({
    first: fc.integer({ min: 0, max: 10 }),
    second: fc.integer({ min: 1, max: 80 }),
    room: fc.integer({ min: 1, max: 12 }),
    stride: fc.integer({ min: 0, max: 11 }),
  });
  fc.assert(
    fc.property(sizes, ({ first, second, room, stride }) => {
      fc.pre(stride < room);
      const texts = pair(first, second);
      const maxLength = first + 3 + room;
      const windows = windowStretches(texts, options(maxLength, 'only-second', stride)).map((stretches) =>
        stretches.flatMap(([start, end]) => Array.from({ length: end - start }, (_, i) => start + i)),
      );
      const [from, to] = texts.second!;
      const seen = new Set<number>();
      windows.forEach((positions, w) => {
        expect(positions.length).toBeLessThanOrEqual(maxLength);
        expect(positions.filter((p) => p < from || p >= to)).toEqual([
          ...Array.from({ length: from }, (_, i) => i),
          texts.total - 1,
        ]);
        const inside = positions.filter((p) => p >= from && p < to);
        if (w > 0) expect(inside.filter((p) => seen.has(p))).toHaveLength(stride);
        for (const p of inside) seen.add(p);
      });
      expect(seen.size).toBe(second);
    }),
  );
});
