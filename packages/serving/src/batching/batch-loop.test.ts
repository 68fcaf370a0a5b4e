import { manualClock } from '@tessera/base';
import { describe, expect, test } from 'vitest';
import { type BatchLoop, type LoopRow, openBatchLoop } from './batch-loop.ts';
import type { BatchLimits } from './batcher.ts';

/** A model whose runs end when the test says so; its answer to a row is the row's tag. */
function controlledModel(
  options: { limits?: Partial<BatchLimits>; announceGate?: () => Promise<void> } = {},
) {
  const clock = manualClock();
  const runs: { readonly tags: readonly (string | null)[]; end(ms?: number): void; fail(): void }[] = [];
  const announced: (readonly string[])[] = [];
  const collated: (readonly (string | null)[])[] = [];
  const events: string[] = [];
  const limits = { maxRows: 4, maxPaddedTokens: 1000, batchCostTokens: 16, ...options.limits };
  type Tags = (string | null)[];
  const loop: BatchLoop<LoopRow, string> = openBatchLoop<LoopRow, Tags, Tags, string>({
    clock,
    limits: () => limits,
    runner: {
      collate(rows) {
        const tags = rows.map(({ tag }) => tag);
        if (tags.includes('malformed')) throw new Error('cannot be collated');
        collated.push(tags);
        return tags;
      },
      run: (tags) =>
        new Promise((resolve, reject) => {
          events.push(`run ${tags.join()}`);
          runs.push({
            tags,
            end: (ms = 5) => {
              clock.advance(ms);
              resolve({ raw: tags, computeMs: ms });
            },
            fail: () => reject(new Error('the model failed')),
          });
        }),
      split: (raw) => {
        events.push(`split ${raw.join()}`);
        return raw.map(String);
      },
    },
    onBatchStart: async (tags) => {
      announced.push(tags);
      await options.announceGate?.();
    },
    onBatchEnd: () => events.push('end'),
  });
  const submit = (tag: string, more: Partial<LoopRow> = {}, signal?: AbortSignal) =>
    loop.submit({ tag, key: 'k', length: 8, tokens: 8, ...more }, signal).then(
      ({ result, timings }) => ({ result, timings }),
      (error: Error) => ({ error: 'code' in error ? String(error.code) : error.message }),
    );
  return { loop, submit, runs, announced, collated, events, limits, clock };
}

/** Until the event loop has nothing more to do by itself. */
const settled = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe('the batch loop', () => {
  test('an idle model takes what waits, and rows sent in one go share a batch', async () => {
    const { submit, runs } = controlledModel();
    const answers = ['a', 'b', 'c'].map((tag) => submit(tag));
    await settled();
    expect(runs.map(({ tags }) => tags)).toEqual([['a', 'b', 'c']]);
    runs[0]!.end(7);
    expect(await Promise.all(answers)).toEqual(
      ['a', 'b', 'c'].map((result) => ({
        result,
        timings: { waitMs: 0, computeMs: 7, batchRows: 3, batch: 1 },
      })),
    );
  });

  test('the next batch is collated while one runs, and runs before the last one is taken apart', async () => {
    const { submit, runs, collated, events } = controlledModel();
    void submit('a');
    await settled();
    void submit('b');
    await settled();
    expect(collated).toEqual([['a'], ['b']]);
    expect(runs).toHaveLength(1);
    runs[0]!.end();
    await settled();
    expect(events).toEqual(['run a', 'end', 'run b', 'split a']);
  });

  test('a prepared batch with room takes rows that come later', async () => {
    const { submit, runs } = controlledModel();
    for (const tag of ['a', 'b', 'c']) {
      void submit(tag);
      await settled();
    }
    runs[0]!.end();
    await settled();
    expect(runs[1]!.tags).toEqual(['b', 'c']);
  });

  test('members are announced, each once, before they run', async () => {
    const { submit, runs, announced } = controlledModel();
    void submit('x');
    void submit('x');
    void submit('y');
    await settled();
    expect(announced).toEqual([['x', 'y']]);
    expect(runs).toHaveLength(1);
  });

  test('the wait is measured', async () => {
    const { submit, runs } = controlledModel({ limits: { maxRows: 1 } });
    const answers = [submit('a'), submit('b')];
    await settled();
    runs[0]!.end(40);
    await settled();
    runs[1]!.end(5);
    const [, second] = await Promise.all(answers);
    expect(second).toMatchObject({ timings: { waitMs: 40, computeMs: 5, batch: 2 } });
  });

  test('a failed run fails its members and nobody else', async () => {
    const { submit, runs } = controlledModel({ limits: { maxRows: 1 } });
    const answers = [submit('a'), submit('b')];
    await settled();
    runs[0]!.fail();
    await settled();
    runs[1]!.end();
    expect(await Promise.all(answers)).toMatchObject([{ error: 'the model failed' }, { result: 'b' }]);
  });

  test('rows that cannot be collated fail and do not stop the loop', async () => {
    const { submit, runs } = controlledModel({ limits: { maxRows: 1 } });
    const answers = [submit('malformed'), submit('b')];
    await settled();
    runs[0]!.end();
    expect(await Promise.all(answers)).toMatchObject([{ error: 'cannot be collated' }, { result: 'b' }]);
  });
});

describe('a cancelled row', () => {
  test('never runs while it waits', async () => {
    const { submit, runs } = controlledModel();
    void submit('a');
    await settled();
    const abort = new AbortController();
    const cancelled = submit('b', {}, abort.signal);
    const other = submit('c');
    await settled();
    abort.abort();
    expect(await cancelled).toEqual({ error: 'TASK_CANCELLED' });
    runs[0]!.end();
    await settled();
    expect(runs[1]!.tags).toEqual(['c']);
    runs[1]!.end();
    expect(await other).toMatchObject({ result: 'c' });
  });

  test('leaves its batch while the batch is announced', async () => {
    const gate = gateOf();
    const { submit, runs } = controlledModel({ announceGate: () => gate.promise });
    const abort = new AbortController();
    const cancelled = submit('a', {}, abort.signal);
    void submit('b');
    await settled();
    abort.abort();
    gate.resolve();
    await settled();
    expect(await cancelled).toEqual({ error: 'TASK_CANCELLED' });
    expect(runs.map(({ tags }) => tags)).toEqual([['b']]);
  });

  test('is answered at once even when it runs, and its mates are not affected', async () => {
    const { submit, runs } = controlledModel();
    const abort = new AbortController();
    const answers = [submit('a', {}, abort.signal), submit('b')];
    await settled();
    abort.abort();
    expect(await answers[0]).toEqual({ error: 'TASK_CANCELLED' });
    runs[0]!.end();
    expect(await answers[1]).toMatchObject({ result: 'b' });
  });

  test('is refused when it was cancelled before it came', async () => {
    const { submit, runs } = controlledModel();
    expect(await submit('a', {}, AbortSignal.abort())).toEqual({ error: 'TASK_CANCELLED' });
    await settled();
    expect(runs).toEqual([]);
  });
});

test('a changed limit holds from the next batch on', async () => {
  const { submit, runs, limits } = controlledModel();
  for (const tag of ['a', 'b', 'c', 'd', 'e', 'f']) void submit(tag);
  await settled();
  limits.maxRows = 1;
  runs[0]!.end();
  await settled();
  expect(runs.map(({ tags }) => tags.length)).toEqual([4, 2]);
  runs[1]!.end();
  void submit('g');
  void submit('h');
  await settled();
  expect(runs[2]!.tags).toEqual(['g']);
});

test('statistics count rows, padding and batch sizes', async () => {
  const { loop, submit, runs } = controlledModel();
  void submit('a', { length: 10, tokens: 6 });
  void submit('b', { length: 10, tokens: 10 });
  await settled();
  runs[0]!.end(3);
  await settled();
  expect(loop.statistics()).toEqual({
    batches: 1,
    rows: 2,
    tokens: 16,
    paddedTokens: 20,
    paddingRatio: 0.2,
    computeMs: 3,
    batchesByRows: [0, 0, 1],
    waiting: 0,
  });
});

test('close refuses what waits and lets the batch under way end', async () => {
  const { loop, submit, runs } = controlledModel({ limits: { maxRows: 1 } });
  const answers = [submit('a'), submit('b')];
  await settled();
  const closed = loop.close();
  runs[0]!.end();
  await closed;
  expect(await Promise.all(answers)).toMatchObject([{ result: 'a' }, { error: 'TASK_CANCELLED' }]);
  expect(await submit('c')).toEqual({ error: 'TASK_CANCELLED' });
  expect(runs).toHaveLength(1);
});

function gateOf(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((open) => {
    resolve = open;
  });
  return { promise, resolve: () => resolve() };
}
