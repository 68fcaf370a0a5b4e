import { type Clock, systemClock } from '@tessera/base';
import { eventually } from '@tessera/testkit';
import { describe, expect, it } from 'vitest';
import { createJobsBench, gate, host } from './jobs-bench.ts';
import { echo, model, request, type Servers } from './jobs-under-test.ts';

/** A process that was stopped (SIGSTOP): none of its timers runs, so it renews no lease. */
const stoppedClock: Clock = { ...systemClock, after: () => () => {} };

/** What is promised of runs: hosts that are lost, cancels, retries, a queue that forgets. */
export function describeRuns(backend: {
  readonly name: string;
  readonly start: () => Promise<Servers>;
}): void {
  describe(`runs on ${backend.name}`, () => {
    const bench = createJobsBench(backend);
    const { open, serve, ended, sqlRows, endLeases, flushQueue } = bench;

    it('runs a task again that a lost host had, and drops the answer the lost host brings back', async () => {
      const back = gate();
      const stopped = await open({ clock: stoppedClock });
      const begun = gate();
      await stopped.consume(model, { host: 'stopped', concurrency: 1 }, async () => {
        begun.open();
        await back.opened;
        return {
          kind: 'succeeded',
          result: { fields: { by: 'zombie' }, tensors: {}, warnings: [] },
          timings: {},
        };
      });
      const { taskId } = await bench.jobs.submit(request('a'));
      await begun.opened;
      await serve();
      await eventually(
        'the lease to end',
        async () => (await bench.jobs.reconcileOnce()).requeued.length > 0,
      );
      expect(await ended(taskId)).toMatchObject({ state: 'succeeded', attempt: 2 });
      back.open();
      await stopped.close();
      expect((await bench.jobs.result(taskId))?.result?.fieldsText).toBe('{"echo":["a"]}');
    });

    it('tells a host that comes back that its run is lost', async () => {
      const reasons: unknown[] = [];
      await bench.jobs.consume(model, { host, concurrency: 1 }, async ({ signal, attempt }) => {
        if (attempt > 1) return echo(request('a').payload);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        reasons.push(signal.reason);
        return { kind: 'succeeded', result: { fields: {}, tensors: {}, warnings: [] }, timings: {} };
      });
      const { taskId } = await bench.jobs.submit(request('a'));
      await eventually('a running task', async () => (await bench.jobs.read(taskId))?.state === 'running');
      await eventually('the lease to be found ended, before the host renews it', async () => {
        await endLeases(host);
        return (await bench.jobs.reconcileOnce()).requeued.length > 0;
      });
      await eventually('the abort', () => reasons.length > 0);
      expect(reasons).toEqual(['lost']);
      expect(await ended(taskId)).toMatchObject({ state: 'succeeded', attempt: 2 });
    });

    it('fails a task with WORKER_LOST when its host is lost three times', async () => {
      const killer = await open({ clock: stoppedClock });
      await killer.consume(model, { host: 'killer', concurrency: 4 }, () => new Promise(() => {}));
      const { taskId } = await bench.jobs.submit(request('a'));
      await eventually('the end', async () => {
        await endLeases('killer');
        await bench.jobs.reconcileOnce();
        return (await bench.jobs.read(taskId))?.state === 'failed';
      });
      expect(await bench.jobs.read(taskId)).toMatchObject({ attempt: 3, error: { code: 'WORKER_LOST' } });
      // Its handlers never return: only the connections can be closed.
      bench.forget(killer);
      void killer.close();
    });

    it('never runs a task that was cancelled while queued', async () => {
      const { taskId } = await bench.jobs.submit(request('a'));
      const other = await bench.jobs.submit(request('b'));
      expect(await bench.jobs.cancel(taskId)).toMatchObject({
        state: 'cancelled',
        error: { code: 'TASK_CANCELLED' },
      });
      const seen: string[] = [];
      await bench.jobs.consume(model, { host, concurrency: 1 }, async (task) => {
        seen.push(task.taskId);
        return echo(task.payload);
      });
      await ended(other.taskId);
      expect(seen).toEqual([other.taskId]);
      await expect(bench.jobs.cancel(taskId)).rejects.toMatchObject({ code: 'TASK_NOT_CANCELLABLE' });
    });

    it('tells the host of a running task at once that it was cancelled, and drops what it still answers', async () => {
      const gateway = await open();
      const reasons: unknown[] = [];
      const begun = gate();
      await bench.jobs.consume(model, { host, concurrency: 1 }, async ({ signal, payload }) => {
        begun.open();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        reasons.push(signal.reason);
        return echo(payload);
      });
      const { taskId } = await gateway.submit(request('a'));
      await begun.opened;
      await gateway.cancel(taskId);
      await eventually('the abort', () => reasons.length === 1);
      expect(reasons).toEqual(['cancelled']);
      expect(await ended(taskId)).toMatchObject({ state: 'cancelled' });
      expect((await bench.jobs.result(taskId))?.result).toBeNull();
    });

    it('writes nothing about a run that its handler drops after a cancel', async () => {
      await bench.jobs.consume(model, { host, concurrency: 1 }, async ({ signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return { kind: 'dropped' };
      });
      const { taskId } = await bench.jobs.submit(request('a'));
      await eventually('a running task', async () => (await bench.jobs.read(taskId))?.state === 'running');
      await bench.jobs.cancel(taskId);
      const types: string[] = [];
      for await (const event of bench.jobs.watch(taskId)) types.push(event.type);
      expect(types).toEqual(['queued', 'running', 'cancelled']);
    });

    it('runs a task again when its handler asks for it, and counts only losses', async () => {
      await bench.jobs.consume(model, { host, concurrency: 1 }, async ({ attempt, payload }) =>
        attempt < 6 ? { kind: 'retry', reason: 'batch-mate', counts: false } : echo(payload),
      );
      const { taskId } = await bench.jobs.submit(request('a'));
      expect(await ended(taskId)).toMatchObject({ state: 'succeeded', attempt: 6 });
    });

    it('fails what counts as lost too often even when the host itself lives', async () => {
      await bench.jobs.consume(model, { host, concurrency: 1 }, async () => ({
        kind: 'retry',
        reason: 'the model process ended',
        counts: true,
      }));
      const { taskId } = await bench.jobs.submit(request('a'));
      expect(await ended(taskId)).toMatchObject({
        state: 'failed',
        attempt: 3,
        error: { code: 'WORKER_LOST' },
      });
    });

    it('rebuilds a flushed queue from the rows; every task ends once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, i) => bench.jobs.submit(request(`t${i}`))),
      );
      await eventually('the queue to hold them', async () => (await bench.jobs.health()).queue === 'up');
      await flushQueue();
      let runs = 0;
      await bench.jobs.consume(model, { host, concurrency: 8 }, async ({ payload }) => {
        runs++;
        return echo(payload);
      });
      await flushQueue();
      const stop = bench.jobs.keepReconciled({ everyMs: 100 });
      for (const [i, { taskId }] of answers.entries()) {
        expect(await ended(taskId)).toMatchObject({ state: 'succeeded' });
        expect((await bench.jobs.result(taskId))?.result?.fieldsText).toBe(`{"echo":["t${i}"]}`);
      }
      await stop();
      // A flush may take the queue's memory of a delivery under way; the claim keeps it from running twice.
      expect(runs).toBe(60);
    });

    it('gives running tasks back when a host closes, without counting it as a loss', async () => {
      for (let round = 0; round < 4; round++) {
        const leaving = await open();
        const consumer = await leaving.consume(
          model,
          { host: `leaving-${round}`, concurrency: 1 },
          () => new Promise(() => {}),
        );
        if (round === 0) await bench.jobs.submit(request('a'));
        await eventually('a running task', () => consumer.running === 1);
        await consumer.close();
      }
      const [view] = (await bench.jobs.list({ caller: null, limit: 1 })).tasks;
      expect(view).toMatchObject({ state: 'queued', attempt: 4 });
      await serve();
      expect(await ended(view!.taskId)).toMatchObject({ state: 'succeeded', attempt: 5 });
    });

    it('keeps a lease alive for as long as the work takes', async () => {
      const done = gate();
      await bench.jobs.consume(model, { host, concurrency: 1 }, async ({ payload }) => {
        await done.opened;
        return echo(payload);
      });
      const { taskId } = await bench.jobs.submit(request('a'));
      const leases = new Set<string>();
      await eventually('four renewals', async () => {
        const [row] = await sqlRows('select lease_until from task where id = $1', [taskId]);
        if (row?.lease_until) leases.add(String((row.lease_until as Date).getTime()));
        expect((await bench.jobs.reconcileOnce()).requeued).toEqual([]);
        return leases.size >= 5;
      });
      done.open();
      expect(await ended(taskId)).toMatchObject({ state: 'succeeded', attempt: 1 });
    });
  });
}
