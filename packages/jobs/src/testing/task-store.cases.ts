import { jobPayload, openPayload } from '@tessera/contracts';
import { describe, expect, it } from 'vitest';
import type { InsertOutcome } from '../ports/task-store.ts';
import { createStoreBench, lease, lostError, type StoreUnderTest } from './store-bench.ts';

/** What every TaskStore promises of rows and results. */
export function describeTaskStore(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`the task store on ${name}`, () => {
    const bench = createStoreBench(make);
    const { task, inserted, claimed, result, state, outcome } = bench;

    it('gives payloads back as they came, NUL, lone surrogates and emoji included', async () => {
      const texts = ['plain', 'nul \0 inside', 'lone \ud800 surrogate', '😀 "quoted" \\ {a,b} \n'];
      const ids = await inserted(...texts);
      const rows = await bench.store.claim(ids, lease);
      const byId = new Map(rows.map((row) => [row.taskId, openPayload(row.payload)]));
      for (const [i, text] of texts.entries())
        expect(byId.get(ids[i]!)).toEqual(jobPayload.parse({ task: 'embedding', input: [text] }));
    });

    it('accepts the same insert twice as one task', async () => {
      const one = task('a');
      expect(await bench.store.insert([one])).toEqual([{ kind: 'created', taskId: one.taskId }]);
      expect(await bench.store.insert([one])).toEqual([{ kind: 'created', taskId: one.taskId }]);
      expect(await bench.store.counts(null)).toMatchObject([{ queued: 1 }]);
    });

    it('holds one task per idempotency key and caller', async () => {
      const first = task('a', { idempotencyKey: 'k' });
      const again = task('a', { idempotencyKey: 'k' });
      const changed = task('b', { idempotencyKey: 'k' });
      const stranger = task('b', { idempotencyKey: 'k', caller: 'somebody else' });
      expect(await bench.store.insert([first])).toEqual([{ kind: 'created', taskId: first.taskId }]);
      expect(await bench.store.insert([again, changed, stranger])).toEqual<InsertOutcome[]>([
        { kind: 'existing', taskId: first.taskId },
        { kind: 'conflict' },
        { kind: 'created', taskId: stranger.taskId },
      ]);
    });

    it('holds one task when a key comes twice in one group', async () => {
      const [one, two] = [task('a', { idempotencyKey: 'k' }), task('a', { idempotencyKey: 'k' })];
      const outcomes = await bench.store.insert([one, two]);
      expect(outcomes.map((outcome) => outcome.kind).sort()).toEqual(['created', 'existing']);
      const ids = outcomes.map((outcome) => (outcome.kind === 'conflict' ? null : outcome.taskId));
      expect(ids[0]).toBe(ids[1]);
    });

    it('lets one claim win', async () => {
      const ids = await inserted('a', 'b', 'c');
      const claims = await Promise.all([
        bench.store.claim(ids, lease),
        bench.store.claim(ids, { ...lease, owner: 'host-2' }),
      ]);
      const won = claims.flat();
      expect(won.map((row) => row.taskId).sort()).toEqual([...ids].sort());
      expect(won.every((row) => row.attempt === 1)).toBe(true);
    });

    it('stores the results of a group, each with its own tensors', async () => {
      const ids = await claimed('a', 'b', 'c');
      const blobs = [new Uint8Array([1, 2, 3]), null, new Uint8Array([0, 255])];
      const runs = await bench.store.complete(
        ids.map((taskId, i) => ({ taskId, attempt: 1, result: result(`r${i}`, blobs[i]!), timings: {} })),
      );
      expect(runs).toHaveLength(3);
      for (const [i, id] of ids.entries()) {
        const found = await outcome(id);
        expect(found?.view.state).toBe('succeeded');
        expect(found?.result?.fieldsText).toBe(JSON.stringify({ text: `r${i}` }));
        expect(found?.result?.tensors ? [...found.result.tensors] : null).toEqual(
          blobs[i] ? [...blobs[i]] : null,
        );
      }
    });

    it('reads results of many tasks at once: small, large, none, unfinished and unknown', async () => {
      const [small, large, bare, open] = await claimed('a', 'b', 'c', 'd');
      const long = 'x'.repeat(200_000);
      await bench.store.complete([
        { taskId: small!, attempt: 1, result: result('s', new Uint8Array([7])), timings: {} },
        { taskId: large!, attempt: 1, result: result(long, new Uint8Array([8])), timings: {} },
        { taskId: bare!, attempt: 1, result: result(long), timings: {} },
      ]);
      const found = await bench.store.readResults([
        small!,
        large!,
        bare!,
        open!,
        bench.under.newId(),
        'no uuid',
      ]);
      const contents = [small, large, bare, open].map((id) => {
        const { view, result } = found.get(id!)!;
        return [view.state, result?.fieldsText.length, result?.tensors && [...result.tensors]];
      });
      const around = JSON.stringify({ text: '' }).length;
      expect(contents).toEqual([
        ['succeeded', around + 1, [7]],
        ['succeeded', around + 200_000, [8]],
        ['succeeded', around + 200_000, null],
        ['running', undefined, undefined],
      ]);
      expect(found.size).toBe(4);
    });

    it('gives large tensors back byte for byte', async () => {
      const [id] = await claimed('a');
      const tensors = new Uint8Array(40_000_000).map((_, i) => (i * 2_654_435_761) >>> 24);
      await bench.store.complete([{ taskId: id!, attempt: 1, result: result('r', tensors), timings: {} }]);
      const found = (await outcome(id!))?.result?.tensors;
      expect(Buffer.compare(Buffer.from(found!), Buffer.from(tensors))).toBe(0);
    });

    it('does not let a zombie overwrite a later attempt', async () => {
      const [id] = await claimed('a');
      await bench.store.release([{ taskId: id!, attempt: 1 }], {
        counts: true,
        reason: 'lost',
        error: lostError,
      });
      await bench.store.claim([id!], { ...lease, owner: 'host-2' });
      const zombie = { taskId: id!, attempt: 1, timings: {} };
      expect(await bench.store.complete([{ ...zombie, result: result('zombie') }])).toEqual([]);
      expect(await bench.store.fail([{ ...zombie, error: lostError }])).toEqual([]);
      expect(await bench.store.renew([zombie], 60_000)).toEqual([]);
      await bench.store.progress([{ ...zombie, progress: { done: 1, total: 1, note: 'zombie' } }]);
      expect((await bench.store.read([id!], { position: false })).get(id!)).toMatchObject({
        state: 'running',
        attempt: 2,
        progress: null,
      });
      await bench.store.complete([{ taskId: id!, attempt: 2, result: result('mine'), timings: {} }]);
      expect((await outcome(id!))?.result?.fieldsText).toContain('mine');
    });

    it('cancels queued and running tasks, and nothing that is final', async () => {
      const [queued] = await inserted('a');
      const [running] = await claimed('b');
      expect(await bench.store.cancel(queued!, null)).toMatchObject({ before: 'queued' });
      expect(await bench.store.cancel(running!, 'local')).toMatchObject({ before: 'running' });
      expect(await bench.store.cancel(running!, null)).toMatchObject({ before: 'cancelled' });
      expect(await bench.store.cancel(bench.under.newId(), null)).toBeNull();
      expect(await bench.store.cancel('no uuid at all', null)).toBeNull();
      expect(await bench.store.claim([queued!], lease)).toEqual([]);
      const late = await bench.store.complete([
        { taskId: running!, attempt: 1, result: result('late'), timings: {} },
      ]);
      expect(late).toEqual([]);
      expect(await state(running!)).toBe('cancelled');
    });

    it('hides a task from the cancel of another caller', async () => {
      const [id] = await inserted('a');
      expect(await bench.store.cancel(id!, 'somebody else')).toBeNull();
      expect(await state(id!)).toBe('queued');
    });

    it('counts who runs before whom: higher priority first, then older', async () => {
      const tasks = [task('a'), task('b', { priority: 5 }), task('c'), task('d', { priority: -5 })];
      await bench.store.insert(tasks);
      const ids = tasks.map((one) => one.taskId);
      const views = await bench.store.read(ids, { position: true });
      expect(ids.map((id) => views.get(id)?.queuePosition)).toEqual([1, 0, 2, 3]);
    });

    it('lists newest first, by page and filter', async () => {
      const ids = await inserted('a', 'b', 'c', 'd', 'e');
      await bench.store.insert([task('f', { caller: 'somebody else' })]);
      await bench.store.claim([ids[2]!], lease);
      const list = async (filter: object): Promise<string[]> =>
        (await bench.store.list({ caller: 'local', limit: 10, ...filter })).map((view) => view.taskId);
      const newestFirst = [...ids].reverse();
      expect(await list({})).toEqual(newestFirst);
      expect(await list({ limit: 2 })).toEqual(newestFirst.slice(0, 2));
      expect(await list({ before: newestFirst[1]! })).toEqual(newestFirst.slice(2));
      expect(await list({ state: 'running' })).toEqual([ids[2]]);
      expect(await list({ task: 'question-answering' })).toEqual([]);
      expect(await list({ before: 'nonsense' })).toEqual([]);
      expect(await bench.store.list({ caller: null, limit: 10 })).toHaveLength(6);
    });

    it('keeps every step of a life, in order, with times', async () => {
      const [id] = await claimed('a');
      await bench.store.release([{ taskId: id!, attempt: 1 }], {
        counts: true,
        reason: 'nul \0 too',
        error: lostError,
      });
      await bench.store.claim([id!], lease);
      await bench.store.complete([
        { taskId: id!, attempt: 2, result: result('r'), timings: { computeMs: 3 } },
      ]);
      const life = await bench.store.readLife(id!);
      expect(life?.events.map((event) => [event.id, event.type])).toEqual([
        [1, 'queued'],
        [2, 'running'],
        [3, 'retry'],
        [4, 'running'],
        [5, 'succeeded'],
      ]);
      for (const event of life!.events) expect(event.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      const view = (await outcome(id!))!.view;
      expect(view.timings.computeMs).toBe(3);
      expect(view.timings.totalMs).toBeGreaterThanOrEqual(view.timings.queuedMs!);
    });
  });
}
