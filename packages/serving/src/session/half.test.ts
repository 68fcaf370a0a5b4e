import { expect, test } from 'vitest';
import { toHalf, widenHalves } from './half.ts';

test('every binary16 pattern survives the way to float32 and back', () => {
  const patterns = Uint16Array.from({ length: 65_536 }, (_, i) => i);
  const wide = widenHalves(patterns);
  const wrong = [...patterns].filter((bits) => {
    const value = wide[bits]!;
    return Number.isNaN(value) ? (toHalf(value) & 0x7fff) <= 0x7c00 : toHalf(value) !== bits;
  });
  expect(wrong).toEqual([]);
});

test.each([
  ['ties go to the even neighbour', 1 + 2 ** -11, 1],
  ['ties go to the even neighbour, upwards', 1 + 3 * 2 ** -11, 1 + 2 ** -9],
  ['a little more than a tie goes up', 1 + 2 ** -11 + 2 ** -20, 1 + 2 ** -10],
  ['the largest', 65_519, 65_504],
  ['beyond the largest', 65_520, Number.POSITIVE_INFINITY],
  ['a tie among subnormals', 2.5 * 2 ** -24, 2 * 2 ** -24],
  ['too small', -(2 ** -26), -0],
])('%s: %d', (_, value, expected) => {
  expect(widenHalves(Uint16Array.of(toHalf(value)))[0]).toBe(expected);
});
