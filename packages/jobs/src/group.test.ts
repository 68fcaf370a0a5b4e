import { manualClock } from '@tessera/base';
import { describe, expect, it } from 'vitest';
import { group } from './group.ts';

describe('grouping calls', () => {
  it('joins what arrives together and what arrives during a run, and answers each its own', async () => {
    const runs: (readonly number[])[] = [];
    const double = group<number, number>(
      async (items) => {
        runs.push(items);
        await new Promise((resolve) => setImmediate(resolve));
        return items.map((item) => item * 2);
      },
      { parallel: 1, maxItems: 100 },
    );
    const first = [1, 2, 3].map((n) => double(n));
    await new Promise((resolve) => setImmediate(resolve));
    const second = [4, 5].map((n) => double(n));
    expect(await Promise.all([...first, ...second])).toEqual([2, 4, 6, 8, 10]);
    expect(runs).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  it('keeps to the limits of items and weight, but never refuses a single heavy one', async () => {
    const runs: (readonly number[])[] = [];
    const run = group<number, number>(
      async (items) => {
        runs.push(items);
        return items;
      },
      { parallel: 1, maxItems: 3, weigh: (item) => item, maxWeight: 10 },
    );
    await Promise.all([4, 4, 4, 99, 1, 1, 1, 1].map((n) => run(n)));
    expect(runs).toEqual([[4, 4], [4], [99], [1, 1, 1], [1]]);
  });

  it('fails the calls of a group that failed, and goes on', async () => {
    const run = group<number, number>(
      async (items) => {
        if (items.includes(2)) throw new Error('no twos');
        return items;
      },
      { parallel: 2, maxItems: 1 },
    );
    const answers = await Promise.allSettled([1, 2, 3].map((n) => run(n)));
    expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('gives a call up at its time, also one that waits behind a run that hangs, and goes on after it', async () => {
    const clock = manualClock();
    const runs: (readonly number[])[] = [];
    const run = group<number, number>(
      (items) => {
        runs.push(items);
        return items.includes(1) ? new Promise(() => {}) : Promise.resolve(items);
      },
      { parallel: 1, maxItems: 1, limit: { clock, ms: 1_000, late: () => new Error('late') } },
    );
    const settled = Promise.allSettled([1, 2].map((n) => run(n)));
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1_000);
    expect((await settled).map((answer) => answer.status === 'rejected' && String(answer.reason))).toEqual([
      'Error: late',
      'Error: late',
    ]);
    expect(await run(3)).toBe(3);
    expect(runs).toEqual([[1], [3]]);
  });
});
