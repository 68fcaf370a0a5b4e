import { describe, expect, test } from 'vitest';
import { askJob, startedPack } from './engine.ts';
import type { NextRow } from './generator.ts';
import type { Entry } from './members.ts';

/** An entry whose job goes on with one token, and what became of it. */
function entryOf(inputIds: readonly number[]) {
  const ends: unknown[] = [];
  const entry: Entry = {
    job: {
      inputIds,
      decoderIds: [],
      width: 1,
      maxLength: 9,
      advance: (): readonly NextRow[] => [{ parent: 0, token: 1 }],
    },
    model: 'm',
    sinceMs: 0,
    reservedBytes: 0,
    spent: { waitMs: 0, computeMs: 0, rows: 0 },
    isOver: false,
    finish: () => ends.push('finished'),
    fail(error) {
      entry.isOver = true;
      ends.push(error);
    },
  };
  return { entry, ends };
}

describe('numbers that are none', () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d among the logits fails its job by name', (value) => {
    const { entry, ends } = entryOf([5]);
    expect(askJob(entry, [Float32Array.of(1, value, 0)], null)).toEqual([]);
    expect(ends).toMatchObject([
      { code: 'MODEL_RUN_FAILED', message: expect.stringMatching(/"m".*output logits/) },
    ]);
  });

  test('minus infinity is a token that the model forbids', () => {
    const { entry, ends } = entryOf([5]);
    const next = askJob(entry, [Float32Array.of(1, Number.NEGATIVE_INFINITY)], null);
    expect(next).toEqual([{ parent: 0, token: 1 }]);
    expect(ends).toEqual([]);
  });
});

describe('a pack of prompts', () => {
  /** A model that cannot read more than three ids, and takes the whole pack down with one that has more. */
  const start = async (pack: readonly Entry[]): Promise<number[]> => {
    if (pack.some(({ job }) => job.inputIds.length > 3)) throw new Error('an index lies outside a table');
    return pack.map(({ job }) => job.inputIds.length);
  };

  test('that holds one which cannot be read fails that one alone', async () => {
    const [short, long, other] = [entryOf([1]), entryOf([1, 2, 3, 4]), entryOf([1, 2])];
    expect(await startedPack([short.entry, other.entry, long.entry], start)).toEqual([1, 2]);
    expect(long.ends).toEqual([new Error('an index lies outside a table')]);
    expect([...short.ends, ...other.ends]).toEqual([]);
  });

  test('does not try those again that were cancelled meanwhile', async () => {
    const [gone, long] = [entryOf([1]), entryOf([1, 2, 3, 4])];
    gone.entry.isOver = true;
    expect(await startedPack([gone.entry, long.entry], start)).toEqual([]);
    expect(gone.ends).toEqual([]);
  });
});
