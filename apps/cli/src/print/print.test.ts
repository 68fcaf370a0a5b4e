import { describe, expect, it } from 'vitest';
import { entitiesOf } from './entities.ts';
import { table } from './table.ts';

describe('entities', () => {
  const token = (label: string, start: number, end: number) => ({ label, offsets: [start, end] as const });

  it('are joined as their tags say, in code points', () => {
    const text = '😀 Angela Merkel met Bo Bo in Leeds';
    const tokens = [
      token('O', 0, 0),
      token('B-PER', 2, 8),
      token('I-PER', 9, 15),
      token('O', 16, 19),
      token('B-PER', 20, 22),
      token('B-PER', 23, 25),
      token('O', 26, 28),
      token('I-LOC', 29, 34),
      token('O', 0, 0),
    ];
    expect(entitiesOf(text, tokens).map(({ label, text: piece }) => [label, piece])).toEqual([
      ['PER', 'Angela Merkel'],
      ['PER', 'Bo'],
      ['PER', 'Bo'],
      ['LOC', 'Leeds'],
    ]);
  });
});

describe('a table', () => {
  it('is aligned without lines or trailing blanks', () => {
    const text = table(
      ['name', 'n'],
      [
        ['long name', '1'],
        ['x', '20'],
      ],
      ['n'],
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences.
    const plain = text.replace(/\u001b\[[0-9;]*m/g, '');
    expect(plain).toBe('name        n\nlong name   1\nx          20\n');
  });
});
