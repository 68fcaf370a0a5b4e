import { AppError, type NewId, toWireError } from '@tessera/base';
import { jobPayload, openPayload } from '@tessera/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import type { InsertOutcome, NewTask, StoredResult, TaskOutcome, TaskStore } from '../ports/task-store.ts';
import { request } from './jobs-under-test.ts';

/** A store to test, empty, with one registered model, and a way to let its time pass. */
export interface StoreUnderTest {
  readonly store: TaskStore;
  readonly newId: NewId;
  /** Moves every time in the rows of these tasks into the past by `ms`. */
  age(taskIds: readonly string[], ms: number): Promise<void>;
  readonly maxAttempts: number;
  readonly resultTimeToLiveMs: number;
  readonly rowTimeToLiveMs: number;
}

const lease = { owner: 'host-1', leaseMs: 60_000, underWay: [] };
const lostError = toWireError(new AppError('WORKER_LOST', { detail: { attempts: 3 } }));

/** What every TaskStore promises. */
export function describeTaskStore(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`the task store on ${name}`, () => {
    let under: StoreUnderTest;
    let store: TaskStore;
    beforeEach(async () => {
      under = await make();
      store = under.store;
    });

    const task = (text: string, change: Parameters<typeof request>[1] = {}, fingerprint = text): NewTask => ({
      taskId: under.newId(),
      request: request(text, change),
      fingerprint,
    });
    async function inserted(...texts: readonly string[]): Promise<string[]> {
      const tasks = texts.map((text) => task(text));
      await store.insert(tasks);
      return tasks.map((one) => one.taskId);
    }
    async function claimed(...texts: readonly string[]): Promise<string[]> {
      const ids = await inserted(...texts);
      await store.claim(ids, lease);
      return ids;
    }
    const result = (text: string, tensors: Uint8Array | null = null): StoredResult => ({
      fieldsText: JSON.stringify({ text }),
      tensors,
      warnings: [],
    });
    const state = async (taskId: string): Promise<string | undefined> =>
      (await store.read([taskId], { position: false })).get(taskId)?.state;

    const outcome = async (taskId: string): Promise<TaskOutcome | null> =>
      (await store.readResults([taskId])).get(taskId) ?? null;

    it('gives payloads back as they came, NUL, lone surrogates and emoji included', async () => {
      const texts = ['plain', 'nul \0 inside', 'lone \ud800 surrogate', '😀 "quoted" \\ {a,b} \n'];
      const ids = await inserted(...texts);
      const rows = await store.claim(ids, lease);
      const byId = new Map(rows.map((row) => [row.taskId, openPayload(row.payload)]));
      for (const [i, text] of texts.entries())
        expect(byId.get(ids[i]!)).toEqual(jobPayload.parse({ task: 'embedding', input: [text] }));
    });

    it('accepts the same insert twice as one task', async () => {
      const one = task('a');
      expect(await store.insert([one])).toEqual([{ kind: 'created', taskId: one.taskId }]);
      expect(await store.insert([one])).toEqual([{ kind: 'created', taskId: one.taskId }]);
      expect(await store.counts(null)).toMatchObject([{ queued: 1 }]);
    });

    it('holds one task per idempotency key and caller', async () => {
      const first = task('a', { idempotencyKey: 'k' });
      const again = task('a', { idempotencyKey: 'k' });
      const changed = task('b', { idempotencyKey: 'k' });
      const stranger = task('b', { idempotencyKey: 'k', caller: 'somebody else' });
      expect(await store.insert([first])).toEqual([{ kind: 'created', taskId: first.taskId }]);
      expect(await store.insert([again, changed, stranger])).toEqual<InsertOutcome[]>([
        { kind: 'existing', taskId: first.taskId },
        { kind: 'conflict' },
        { kind: 'created', taskId: stranger.taskId },
      ]);
    });

    it('holds one task when a key comes twice in one group', async () => {
      const [one, two] = [task('a', { idempotencyKey: 'k' }), task('a', { idempotencyKey: 'k' })];
      const outcomes = await store.insert([one, two]);
      expect(outcomes.map((outcome) => outcome.kind).sort()).toEqual(['created', 'existing']);
      const ids = outcomes.map((outcome) => (outcome.kind === 'conflict' ? null : outcome.taskId));
      expect(ids[0]).toBe(ids[1]);
    });

    it('lets one claim win', async () => {
      const ids = await inserted('a', 'b', 'c');
      const claims = await Promise.all([
        store.claim(ids, lease),
        store.claim(ids, { ...lease, owner: 'host-2' }),
      ]);
      const won = claims.flat();
      expect(won.map((row) => row.taskId).sort()).toEqual([...ids].sort());
      expect(won.every((row) => row.attempt === 1)).toBe(true);
    });

    it('stores the results of a group, each with its own tensors', async () => {
      const ids = await claimed('a', 'b', 'c');
      const blobs = [new Uint8Array([1, 2, 3]), null, new Uint8Array([0, 255])];
      const runs = await store.complete(
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
      await store.complete([
        { taskId: small!, attempt: 1, result: result('s', new Uint8Array([7])), timings: {} },
        { taskId: large!, attempt: 1, result: result(long, new Uint8Array([8])), timings: {} },
        { taskId: bare!, attempt: 1, result: result(long), timings: {} },
      ]);
      const found = await store.readResults([small!, large!, bare!, open!, under.newId(), 'no uuid']);
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
      await store.complete([{ taskId: id!, attempt: 1, result: result('r', tensors), timings: {} }]);
      const found = (await outcome(id!))?.result?.tensors;
      expect(Buffer.compare(Buffer.from(found!), Buffer.from(tensors))).toBe(0);
    });

    it('does not let a zombie overwrite a later attempt', async () => {
      const [id] = await claimed('a');
      await store.release([{ taskId: id!, attempt: 1 }], { counts: true, reason: 'lost', error: lostError });
      await store.claim([id!], { ...lease, owner: 'host-2' });
      const zombie = { taskId: id!, attempt: 1, timings: {} };
      expect(await store.complete([{ ...zombie, result: result('zombie') }])).toEqual([]);
      expect(await store.fail([{ ...zombie, error: lostError }])).toEqual([]);
      expect(await store.renew([zombie], 60_000)).toEqual([]);
      await store.progress([{ ...zombie, progress: { done: 1, total: 1, note: 'zombie' } }]);
      expect((await store.read([id!], { position: false })).get(id!)).toMatchObject({
        state: 'running',
        attempt: 2,
        progress: null,
      });
      await store.complete([{ taskId: id!, attempt: 2, result: result('mine'), timings: {} }]);
      expect((await outcome(id!))?.result?.fieldsText).toContain('mine');
    });

    it('cancels queued and running tasks, and nothing that is final', async () => {
      const [queued] = await inserted('a');
      const [running] = await claimed('b');
      expect(await store.cancel(queued!, null)).toMatchObject({ before: 'queued' });
      expect(await store.cancel(running!, 'local')).toMatchObject({ before: 'running' });
      expect(await store.cancel(running!, null)).toMatchObject({ before: 'cancelled' });
      expect(await store.cancel(under.newId(), null)).toBeNull();
      expect(await store.cancel('no uuid at all', null)).toBeNull();
      expect(await store.claim([queued!], lease)).toEqual([]);
      const late = await store.complete([
        { taskId: running!, attempt: 1, result: result('late'), timings: {} },
      ]);
      expect(late).toEqual([]);
      expect(await state(running!)).toBe('cancelled');
    });

    it('hides a task from the cancel of another caller', async () => {
      const [id] = await inserted('a');
      expect(await store.cancel(id!, 'somebody else')).toBeNull();
      expect(await state(id!)).toBe('queued');
    });

    it('queues a run whose lease ended, and keeps one that was renewed', async () => {
      const [lost, kept] = await claimed('a', 'b');
      await under.age([lost!, kept!], 61_000);
      expect(await store.renew([{ taskId: kept!, attempt: 1 }], 60_000)).toEqual([
        { taskId: kept!, attempt: 1 },
      ]);
      expect((await store.sweep()).requeued).toMatchObject([{ taskId: lost!, attempt: 1 }]);
      expect([await state(lost!), await state(kept!)]).toEqual(['queued', 'running']);
    });

    it('gives a task up after too many losses, and says so', async () => {
      const [id] = await inserted('a');
      for (let loss = 1; loss <= under.maxAttempts; loss++) {
        await store.claim([id!], lease);
        await under.age([id!], 61_000);
        await store.sweep();
      }
      expect((await store.read([id!], { position: false })).get(id!)).toMatchObject({
        state: 'failed',
        attempt: under.maxAttempts,
        error: { code: 'WORKER_LOST' },
      });
    });

    it('does not count a run that was given back', async () => {
      const [id] = await inserted('a');
      for (let time = 1; time <= under.maxAttempts + 2; time++) {
        const [row] = await store.claim([id!], lease);
        expect(row?.attempt).toBe(time);
        await store.release([row!], { counts: false, reason: 'closing', error: lostError });
      }
      expect(await state(id!)).toBe('queued');
    });

    it('finds, when a claim runs twice, the runs that the first one began, and no others', async () => {
      const [ours, theirs, known] = await inserted('a', 'b', 'c');
      await store.claim([ours!, known!], lease);
      await store.claim([theirs!], { ...lease, owner: 'host-1#another start' });
      const again = await store.claim([ours!, theirs!, known!], { ...lease, underWay: [known!] });
      expect(again).toMatchObject([{ taskId: ours!, attempt: 1 }]);
      const types = (await store.readLife(ours!))!.events.map((event) => event.type);
      expect(types).toEqual(['queued', 'running']);
    });

    it('accepts, when the end of a run is written twice, the second as the first', async () => {
      const [done, bad] = await claimed('a', 'b');
      const completion = { taskId: done!, attempt: 1, result: result('r'), timings: {} };
      const failure = { taskId: bad!, attempt: 1, error: lostError, timings: {} };
      for (const _ of ['written', 'written again']) {
        expect(await store.complete([completion])).toEqual([{ taskId: done!, attempt: 1 }]);
        expect(await store.fail([failure])).toEqual([{ taskId: bad!, attempt: 1 }]);
      }
      expect((await store.readLife(done!))!.events).toHaveLength(3);
      // Nobody else's end is taken for one's own.
      expect(await store.complete([{ ...completion, attempt: 2 }])).toEqual([]);
    });

    it('spares runs whose lease ended when their hosts could not renew it', async () => {
      const [id] = await claimed('a');
      await under.age([id!], 61_000);
      expect((await store.sweep({ sparesLeases: true })).requeued).toEqual([]);
      expect(await state(id!)).toBe('running');
      expect((await store.sweep()).requeued).toMatchObject([{ taskId: id! }]);
    });

    it('expires what waited over its time to live, and never runs it', async () => {
      const [mortal, patient] = [task('a', { timeToLiveMs: 1_000 }), task('b')];
      await store.insert([mortal, patient]);
      await under.age([mortal.taskId, patient.taskId], 2_000);
      expect(await store.claim([mortal.taskId], lease)).toEqual([]);
      expect((await store.sweep()).expired).toMatchObject([{ taskId: mortal.taskId }]);
      expect([await state(mortal.taskId), await state(patient.taskId)]).toEqual(['expired', 'queued']);
    });

    it('deletes a result at its time and remembers that there was one, then deletes the row', async () => {
      const [id] = await claimed('a');
      await store.complete([{ taskId: id!, attempt: 1, result: result('r'), timings: {} }]);
      await under.age([id!], under.resultTimeToLiveMs + 1_000);
      // Gone for readers from the minute it expires, deleted by the sweep.
      expect(await outcome(id!)).toMatchObject({ view: { state: 'succeeded' }, result: null });
      expect((await store.sweep()).resultsDeleted).toBe(1);
      expect(await outcome(id!)).toMatchObject({ view: { state: 'succeeded' }, result: null });
      await under.age([id!], under.rowTimeToLiveMs + 1_000);
      expect((await store.sweep()).rowsDeleted).toBe(1);
      expect(await outcome(id!)).toBeNull();
    });

    it('ends queued tasks of a model that was removed', async () => {
      const orphan = task('a', { model: 'nobody/knows' });
      await store.insert([orphan, task('b')]);
      expect((await store.sweep()).orphaned).toEqual([{ taskId: orphan.taskId, model: 'nobody/knows' }]);
      expect(await state(orphan.taskId)).toBe('failed');
    });

    it('puts the runs of a dead predecessor up at once', async () => {
      const [id] = await claimed('a');
      expect(await store.forgetOwner('another host')).toBe(0);
      expect(await store.forgetOwner(lease.owner)).toBe(1);
      expect((await store.sweep()).requeued).toMatchObject([{ taskId: id! }]);
    });

    it('counts who runs before whom: higher priority first, then older', async () => {
      const tasks = [task('a'), task('b', { priority: 5 }), task('c'), task('d', { priority: -5 })];
      await store.insert(tasks);
      const ids = tasks.map((one) => one.taskId);
      const views = await store.read(ids, { position: true });
      expect(ids.map((id) => views.get(id)?.queuePosition)).toEqual([1, 0, 2, 3]);
    });

    it('lists newest first, by page and filter', async () => {
      const ids = await inserted('a', 'b', 'c', 'd', 'e');
      await store.insert([task('f', { caller: 'somebody else' })]);
      await store.claim([ids[2]!], lease);
      const list = async (filter: object): Promise<string[]> =>
        (await store.list({ caller: 'local', limit: 10, ...filter })).map((view) => view.taskId);
      const newestFirst = [...ids].reverse();
      expect(await list({})).toEqual(newestFirst);
      expect(await list({ limit: 2 })).toEqual(newestFirst.slice(0, 2));
      expect(await list({ before: newestFirst[1]! })).toEqual(newestFirst.slice(2));
      expect(await list({ state: 'running' })).toEqual([ids[2]]);
      expect(await list({ task: 'question-answering' })).toEqual([]);
      expect(await list({ before: 'nonsense' })).toEqual([]);
      expect(await store.list({ caller: null, limit: 10 })).toHaveLength(6);
    });

    it('keeps every step of a life, in order, with times', async () => {
      const [id] = await claimed('a');
      await store.release([{ taskId: id!, attempt: 1 }], {
        counts: true,
        reason: 'nul \0 too',
        error: lostError,
      });
      await store.claim([id!], lease);
      await store.complete([{ taskId: id!, attempt: 2, result: result('r'), timings: { computeMs: 3 } }]);
      const life = await store.readLife(id!);
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
