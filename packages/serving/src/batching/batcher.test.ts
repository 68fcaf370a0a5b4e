import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BatchLimits, pickBatch, type WaitingRow } from './batcher.ts';

const limits: BatchLimits = { maxRows: 4, maxPaddedTokens: 100, batchCostTokens: 10 };
const rows = (...lengths: readonly number[]): readonly WaitingRow[] =>
  lengths.map((length) => ({ key: 'k', length }));
const lengthsOf = (batch: readonly WaitingRow[]): readonly number[] => batch.map(({ length }) => length);

describe('what runs next', () => {
  test('nothing when nothing waits', () => expect(pickBatch([], limits)).toEqual([]));

  test.each([
    ['equal lengths share a batch', [8, 8, 8], [8, 8, 8]],
    ['a row whose padding costs more than a batch waits', [8, 30], [8]],
    ['a row whose padding costs less does not', [8, 17], [8, 17]],
    ['never more rows than allowed', [5, 5, 5, 5, 5, 5], [5, 5, 5, 5]],
    ['never more padded tokens than allowed', [40, 40, 40], [40, 40]],
    ['a row over the token limit runs alone', [300, 300], [300]],
    ['near-equal lengths together, the oldest among them', [50, 5, 49, 6], [49, 50]],
  ])('%s', (_, waiting, expected) => {
    const picked = pickBatch(rows(...waiting), limits);
    expect(lengthsOf(picked)).toEqual(expected);
  });

  test('rows that want another session or other outputs wait', () => {
    const waiting = [
      { key: 'a', length: 8 },
      { key: 'b', length: 8 },
      { key: 'a', length: 8 },
    ];
    expect(pickBatch(waiting, limits)).toEqual([waiting[0], waiting[2]]);
  });
});

const anyLimits = fc.record({
  maxRows: fc.integer({ min: 1, max: 9 }),
  maxPaddedTokens: fc.integer({ min: 1, max: 300 }),
  batchCostTokens: fc.integer({ min: 0, max: 40 }),
});
const anyRows = fc.array(
  fc.record({ key: fc.constantFrom('a', 'b', 'c'), length: fc.integer({ min: 1, max: 80 }) }),
  { minLength: 1, maxLength: 60 },
);

describe('for any line and limits', () => {
  test('the batch holds the oldest row, one key, and keeps the limits', () => {
    fc.assert(
      fc.property(anyRows, anyLimits, (waiting, limits) => {
        const batch = pickBatch(waiting, limits);
        expect(batch).toContain(waiting[0]);
        expect(new Set(batch.map(({ key }) => key)).size).toBe(1);
        expect(new Set(batch).size).toBe(batch.length);
        expect(batch.length).toBeLessThanOrEqual(limits.maxRows);
        const padded = batch.length * Math.max(...lengthsOf(batch));
        expect(batch.length === 1 || padded <= limits.maxPaddedTokens).toBe(true);
      }),
    );
  });

  test('taking batch after batch runs every row once, the oldest first', () => {
    fc.assert(
      fc.property(anyRows, anyLimits, (waiting, limits) => {
        let left = waiting;
        const ran: WaitingRow[] = [];
        while (left.length > 0) {
          const batch = new Set(pickBatch(left, limits));
          expect(batch.has(left[0]!)).toBe(true);
          ran.push(...batch);
          left = left.filter((row) => !batch.has(row));
        }
        expect(ran).toHaveLength(waiting.length);
        expect(new Set(ran)).toEqual(new Set(waiting));
      }),
    );
  });

  test('the batch is a piece of the cheapest division of the line, as an exhaustive search finds it', () => {
    const few = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(few, anyLimits, (lengths, limits) => {
        const waiting = rows(...lengths);
        const batch = pickBatch(waiting, limits);
        const line = waiting.toSorted((a, b) => a.length - b.length);
        // What lies further than two batches from the oldest row is not looked at.
        const oldest = line.indexOf(waiting[0]!);
        const reach = 2 * limits.maxRows;
        const sorted = line.slice(Math.max(0, oldest - reach), oldest + reach + 1);
        const at = sorted.indexOf(batch[0]!);
        expect(sorted.slice(at, at + batch.length)).toEqual(batch);
        const before = lengthsOf(sorted.slice(0, at));
        const after = lengthsOf(sorted.slice(at + batch.length));
        const withBatch =
          cheapest(before, limits) + costOf(lengthsOf(batch), limits) + cheapest(after, limits);
        // Sums of the same costs in another order may differ in the last bit.
        expect(withBatch).toBeCloseTo(cheapest(lengthsOf(sorted), limits), 6);
      }),
      { examples: [[[2, 1, 1, 1, 1, 1], { maxRows: 2, maxPaddedTokens: 4, batchCostTokens: 2 }]] },
    );
  });
});

/** Cost of the best division of a sorted line into batches, by trying them all. */
function cheapest(line: readonly number[], limits: BatchLimits): number {
  if (line.length === 0) return 0;
  const costs = line.map(
    (_, i) => costOf(line.slice(0, i + 1), limits) + cheapest(line.slice(i + 1), limits),
  );
  return Math.min(...costs);
}

function costOf(batch: readonly number[], limits: BatchLimits): number {
  const padded = batch.length * Math.max(...batch);
  const fits = batch.length === 1 || (batch.length <= limits.maxRows && padded <= limits.maxPaddedTokens);
  return fits ? limits.batchCostTokens + padded : Number.POSITIVE_INFINITY;
}
