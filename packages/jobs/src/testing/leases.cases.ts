import { describe, expect, it } from 'vitest';
import { createStoreBench, lease, lostError, type StoreUnderTest } from './store-bench.ts';

/** What every TaskStore promises of leases, losses and sweeps. */
export function describeLeases(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`the leases of the task store on ${name}`, () => {
    const bench = createStoreBench(make);
    const { task, inserted, claimed, result, state, outcome } = bench;

    it('queues a run whose lease ended, and keeps one that was renewed', async () => {
      const [lost, kept] = await claimed('a', 'b');
      await bench.under.age([lost!, kept!], 61_000);
      expect(await bench.store.renew([{ taskId: kept!, attempt: 1 }], 60_000)).toEqual([
        { taskId: kept!, attempt: 1 },
      ]);
      expect((await bench.store.sweep()).requeued).toMatchObject([{ taskId: lost!, attempt: 1 }]);
      expect([await state(lost!), await state(kept!)]).toEqual(['queued', 'running']);
    });

    it('gives a task up after too many losses, and says so', async () => {
      const [id] = await inserted('a');
      for (let loss = 1; loss <= bench.under.maxAttempts; loss++) {
        await bench.store.claim([id!], lease);
        await bench.under.age([id!], 61_000);
        await bench.store.sweep();
      }
      expect((await bench.store.read([id!], { position: false })).get(id!)).toMatchObject({
        state: 'failed',
        attempt: bench.under.maxAttempts,
        error: { code: 'WORKER_LOST' },
      });
    });

    it('does not count a run that was given back', async () => {
      const [id] = await inserted('a');
      for (let time = 1; time <= bench.under.maxAttempts + 2; time++) {
        const [row] = await bench.store.claim([id!], lease);
        expect(row?.attempt).toBe(time);
        await bench.store.release([row!], { counts: false, reason: 'closing', error: lostError });
      }
      expect(await state(id!)).toBe('queued');
    });

    it('finds, when a claim runs twice, the runs that the first one began, and no others', async () => {
      const [ours, theirs, known] = await inserted('a', 'b', 'c');
      await bench.store.claim([ours!, known!], lease);
      await bench.store.claim([theirs!], { ...lease, owner: 'host-1#another start' });
      const again = await bench.store.claim([ours!, theirs!, known!], { ...lease, underWay: [known!] });
      expect(again).toMatchObject([{ taskId: ours!, attempt: 1 }]);
      const types = (await bench.store.readLife(ours!))!.events.map((event) => event.type);
      expect(types).toEqual(['queued', 'running']);
    });

    it('accepts, when the end of a run is written twice, the second as the first', async () => {
      const [done, bad] = await claimed('a', 'b');
      const completion = { taskId: done!, attempt: 1, result: result('r'), timings: {} };
      const failure = { taskId: bad!, attempt: 1, error: lostError, timings: {} };
      for (const _ of ['written', 'written again']) {
        expect(await bench.store.complete([completion])).toEqual([{ taskId: done!, attempt: 1 }]);
        expect(await bench.store.fail([failure])).toEqual([{ taskId: bad!, attempt: 1 }]);
      }
      expect((await bench.store.readLife(done!))!.events).toHaveLength(3);
      // Nobody else's end is taken for one's own.
      expect(await bench.store.complete([{ ...completion, attempt: 2 }])).toEqual([]);
    });

    it('spares runs whose lease ended when their hosts could not renew it', async () => {
      const [id] = await claimed('a');
      await bench.under.age([id!], 61_000);
      expect((await bench.store.sweep({ sparesLeases: true })).requeued).toEqual([]);
      expect(await state(id!)).toBe('running');
      expect((await bench.store.sweep()).requeued).toMatchObject([{ taskId: id! }]);
    });

    it('expires what waited over its time to live, and never runs it', async () => {
      const [mortal, patient] = [task('a', { timeToLiveMs: 1_000 }), task('b')];
      await bench.store.insert([mortal, patient]);
      await bench.under.age([mortal.taskId, patient.taskId], 2_000);
      expect(await bench.store.claim([mortal.taskId], lease)).toEqual([]);
      expect((await bench.store.sweep()).expired).toMatchObject([{ taskId: mortal.taskId }]);
      expect([await state(mortal.taskId), await state(patient.taskId)]).toEqual(['expired', 'queued']);
    });

    it('deletes a result at its time and remembers that there was one, then deletes the row', async () => {
      const [id] = await claimed('a');
      await bench.store.complete([{ taskId: id!, attempt: 1, result: result('r'), timings: {} }]);
      await bench.under.age([id!], bench.under.resultTimeToLiveMs + 1_000);
      // Gone for readers from the minute it expires, deleted by the sweep.
      expect(await outcome(id!)).toMatchObject({ view: { state: 'succeeded' }, result: null });
      expect((await bench.store.sweep()).resultsDeleted).toBe(1);
      expect(await outcome(id!)).toMatchObject({ view: { state: 'succeeded' }, result: null });
      await bench.under.age([id!], bench.under.rowTimeToLiveMs + 1_000);
      expect((await bench.store.sweep()).rowsDeleted).toBe(1);
      expect(await outcome(id!)).toBeNull();
    });

    it('ends queued tasks of a model that was removed', async () => {
      const orphan = task('a', { model: 'nobody/knows' });
      await bench.store.insert([orphan, task('b')]);
      expect((await bench.store.sweep()).orphaned).toEqual([
        { taskId: orphan.taskId, model: 'nobody/knows' },
      ]);
      expect(await state(orphan.taskId)).toBe('failed');
    });

    it('puts the runs of a dead predecessor up at once', async () => {
      const [id] = await claimed('a');
      expect(await bench.store.forgetOwner('another host')).toBe(0);
      expect(await bench.store.forgetOwner(lease.owner)).toBe(1);
      expect((await bench.store.sweep()).requeued).toMatchObject([{ taskId: id! }]);
    });
  });
}
