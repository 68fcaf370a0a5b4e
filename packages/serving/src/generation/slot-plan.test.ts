import { expect, it } from 'vitest';
import { bucketOf } from './relative-buckets.ts';
import { assignSlots, roomFor } from './slot-plan.ts';

it('a row stays in its slot when it can, and the slots are the first n', () => {
  expect(assignSlots([0, 1, 2])).toEqual([0, 1, 2]);
  expect(assignSlots([2, 0])).toEqual([1, 0]);
  expect(assignSlots([1, 1, 1, 0])).toEqual([1, 2, 3, 0]);
  expect(assignSlots([7, 5])).toEqual([0, 1]);
});

it('room grows in stretches and is given back when far too much', () => {
  expect(roomFor(1, 0)).toBe(16);
  expect(roomFor(17, 16)).toBe(32);
  expect(roomFor(10, 32)).toBe(32);
  expect(roomFor(10, 512)).toBe(16);
});

it('has the buckets of transformers 5 (T5Attention._relative_position_bucket, one way, 32 of 128)', () => {
  const starts = Array.from({ length: 200 }, (_, distance) => distance).filter(
    (distance, _, all) =>
      distance === 0 ||
      bucketOf(distance, { count: 32, maxDistance: 128 }) !==
        bucketOf(all[distance - 1]!, { count: 32, maxDistance: 128 }),
  );
  expect(starts).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77,
    87, 99, 113,
  ]);
});
