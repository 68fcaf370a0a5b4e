import { expect, it } from 'vitest';
import { type SlotSource, SlotStore } from './slot-store.ts';

const spec = { name: 'key', heads: 2, size: 3 };

/** A store whose slot s holds `length` positions of the number s + 1. */
function filled(lengths: readonly number[], positions: number): SlotStore {
  const store = new SlotStore([spec]);
  store.arrange(
    lengths.map((_, from) => ({ from, length: 0 })),
    positions,
  );
  lengths.forEach((length, slot) =>
    store.write(spec, new Float32Array(spec.heads * length * spec.size).fill(slot + 1), [
      { slot, at: 0, count: length },
    ]),
  );
  return store;
}

/** First number of each head's positions, by slot. */
function contents(store: SlotStore, slots: number, length: number): number[][] {
  const view = store.view(spec, 0, slots);
  return Array.from({ length: slots }, (_, slot) =>
    Array.from({ length: spec.heads * length }, (_, i) => {
      const [head, at] = [Math.floor(i / length), i % length];
      return view[((slot * spec.heads + head) * store.positions + at) * spec.size]!;
    }),
  );
}

const uniform = (numbers: readonly number[]): number[][] => numbers.map((n) => [n, n, n, n]);

it.each([
  ['nothing moves', [0, 1, 2, 3]],
  ['two circles', [1, 0, 3, 2]],
  ['one circle of four', [1, 2, 3, 0]],
  ['one row taken by all', [2, 2, 2, 2]],
  ['a chain behind a circle', [1, 0, 0, 2]],
  ['rows leave', [3, 1]],
])('%s', (_, from) => {
  for (const positions of [2, 5]) {
    const store = filled([2, 2, 2, 2], 2);
    const sources = from.map((slot): SlotSource => ({ from: slot, length: 2 }));
    store.arrange(sources, positions);
    expect(contents(store, from.length, 2)).toEqual(uniform(from.map((slot) => slot + 1)));
  }
});

it('rows that join leave the others as they are', () => {
  const store = filled([2, 2], 2);
  store.arrange([...[0, 1].map((from) => ({ from, length: 2 })), { from: 2, length: 0 }], 4);
  store.write(spec, new Float32Array(12).fill(9), [{ slot: 2, at: 1, count: 2 }]);
  store.write(spec, new Float32Array(12).fill(7), [
    { slot: 0, at: 2, count: 1 },
    { slot: 1, at: 3, count: 1 },
  ]);
  expect(contents(store, 3, 4)).toEqual([
    [1, 1, 7, 0, 1, 1, 7, 0],
    [2, 2, 0, 7, 2, 2, 0, 7],
    [0, 9, 9, 0, 0, 9, 9, 0],
  ]);
});
