import { AppError, type Clock, systemClock } from '@tessera/base';
import { float32, type TaskEvent } from '@tessera/contracts';
import { eventually } from '@tessera/testkit';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Jobs, JobsConfig, RunEnd } from '../jobs.ts';
import { openJobs } from '../open-jobs.ts';
import { echo, model, newModel, request, type Servers } from './jobs-under-test.ts';

/** A process that was stopped (SIGSTOP): none of its timers runs, so it renews no lease. */
const stoppedClock: Clock = { ...systemClock, after: () => () => {} };
const host = 'host-1';

/** A promise that a test resolves by hand. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** What the whole promises, over real Postgres and the given queue: every accepted task ends exactly once. */
export function describeJobs(backend: {
  readonly name: string;
  readonly start: () => Promise<Servers>;
}): void {
  describe(`jobs on ${backend.name}`, () => {
    let servers: Servers;
    let config: JobsConfig;
    let jobs: Jobs;
    let opened: Jobs[];
    beforeAll(async () => {
      servers = await backend.start();
    });
    afterAll(() => servers.stop());
    beforeEach(async () => {
      opened = [];
      config = await servers.configure({ leaseMs: 400, safetyPollMs: 200 });
      jobs = await open();
      await jobs.catalogue.create(newModel);
    });
    afterEach(async () => {
      for (const each of opened) await each.close();
    });

    /** One more process on the same database. */
    async function open(change: Partial<JobsConfig> = {}): Promise<Jobs> {
      const fresh = await openJobs({ ...config, ...change });
      opened.push(fresh);
      return fresh;
    }
    const serve = (on: Jobs = jobs, concurrency = 8) =>
      on.consume(model, { host, concurrency }, async ({ payload }) => echo(payload));
    const ended = (taskId: string) => jobs.wait(taskId, { timeoutMs: 30_000 });
    const sqlRows = async (
      text: string,
      values: unknown[] = [],
    ): Promise<readonly Record<string, unknown>[]> => {
      const client = new pg.Client({ connectionString: config.databaseUrl });
      await client.connect();
      try {
        return (await client.query(text, values)).rows;
      } finally {
        await client.end();
      }
    };
    /** The leases of a host end now, as if it had not renewed them for long. */
    const endLeases = (name: string) =>
      sqlRows(
        `update task set lease_until = now() - interval '1 second' where split_part(host, '#', 1) = $1`,
        [name],
      );
    const flushQueue = async (): Promise<void> => {
      if (servers.redis) await servers.redis.flush();
      else await sqlRows('truncate bullmq.job cascade');
    };

    it('takes a task from submit to result', async () => {
      await jobs.consume(model, { host, concurrency: 2 }, async (task): Promise<RunEnd> => {
        expect(task).toMatchObject({
          attempt: 1,
          model,
          kind: 'predict',
          task: 'embedding',
          caller: 'local',
        });
        return {
          kind: 'succeeded',
          result: { fields: { labels: [1] }, tensors: { logits: float32([2], [1, 2]) }, warnings: ['cut'] },
          timings: { computeMs: 4, batchRows: 2 },
        };
      });
      const { taskId, created } = await jobs.submit(request('hello'));
      expect(created).toBe(true);
      expect(await ended(taskId)).toMatchObject({ taskId, state: 'succeeded', attempt: 1, error: null });
      const found = await jobs.result(taskId);
      expect(found?.result).toMatchObject({ fieldsText: '{"labels":[1]}', warnings: ['cut'] });
      expect(found?.result?.tensors?.byteLength).toBeGreaterThan(8);
      expect(found?.view.timings).toMatchObject({ computeMs: 4, batchRows: 2 });
    });

    it('answers a repeated idempotency key with the same task, and refuses another request under it', async () => {
      const asked = request('a', { idempotencyKey: 'key-1' });
      const answers = await Promise.all([1, 2, 3, 4].map(() => jobs.submit(asked)));
      expect(new Set(answers.map((answer) => answer.taskId)).size).toBe(1);
      expect(answers.filter((answer) => answer.created)).toHaveLength(1);
      await expect(jobs.submit(request('b', { idempotencyKey: 'key-1' }))).rejects.toMatchObject({
        code: 'IDEMPOTENCY_CONFLICT',
      });
      const other = await jobs.submit(request('b', { idempotencyKey: 'key-1', caller: 'other' }));
      expect(other.created).toBe(true);
    });

    it('hides the tasks of other callers', async () => {
      const { taskId } = await jobs.submit(request('a', { caller: 'owner' }));
      expect(await jobs.read(taskId, 'stranger')).toBeNull();
      expect(await jobs.result(taskId, 'stranger')).toBeNull();
      expect(await jobs.wait(taskId, { timeoutMs: 1, caller: 'stranger' })).toBeNull();
      await expect(jobs.cancel(taskId, 'stranger')).rejects.toMatchObject({ code: 'TASK_UNKNOWN' });
      await expect(
        jobs.watch(taskId, { caller: 'stranger' })[Symbol.asyncIterator]().next(),
      ).rejects.toMatchObject({
        code: 'TASK_UNKNOWN',
      });
      expect(await jobs.read(taskId, 'owner')).toMatchObject({ state: 'queued', queuePosition: 0 });
      expect(await jobs.read(taskId)).toMatchObject({ taskId });
    });

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
      const { taskId } = await jobs.submit(request('a'));
      await begun.opened;
      await serve();
      await eventually('the lease to end', async () => (await jobs.reconcileOnce()).requeued.length > 0);
      expect(await ended(taskId)).toMatchObject({ state: 'succeeded', attempt: 2 });
      back.open();
      await stopped.close();
      expect((await jobs.result(taskId))?.result?.fieldsText).toBe('{"echo":["a"]}');
    });

    it('tells a host that comes back that its run is lost', async () => {
      const reasons: unknown[] = [];
      await jobs.consume(model, { host, concurrency: 1 }, async ({ signal, attempt }) => {
        if (attempt > 1) return echo(request('a').payload);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        reasons.push(signal.reason);
        return { kind: 'succeeded', result: { fields: {}, tensors: {}, warnings: [] }, timings: {} };
      });
      const { taskId } = await jobs.submit(request('a'));
      await eventually('a running task', async () => (await jobs.read(taskId))?.state === 'running');
      await endLeases(host);
      await jobs.reconcileOnce();
      await eventually('the abort', () => reasons.length > 0);
      expect(reasons).toEqual(['lost']);
      expect(await ended(taskId)).toMatchObject({ state: 'succeeded', attempt: 2 });
    });

    it('fails a task with WORKER_LOST when its host is lost three times', async () => {
      const killer = await open({ clock: stoppedClock });
      await killer.consume(model, { host: 'killer', concurrency: 4 }, () => new Promise(() => {}));
      const { taskId } = await jobs.submit(request('a'));
      await eventually('the end', async () => {
        await endLeases('killer');
        await jobs.reconcileOnce();
        return (await jobs.read(taskId))?.state === 'failed';
      });
      expect(await jobs.read(taskId)).toMatchObject({ attempt: 3, error: { code: 'WORKER_LOST' } });
      // Its handlers never return: only the connections can be closed.
      opened = opened.filter((each) => each !== killer);
      void killer.close();
    });

    it('never runs a task that was cancelled while queued', async () => {
      const { taskId } = await jobs.submit(request('a'));
      const other = await jobs.submit(request('b'));
      expect(await jobs.cancel(taskId)).toMatchObject({
        state: 'cancelled',
        error: { code: 'TASK_CANCELLED' },
      });
      const seen: string[] = [];
      await jobs.consume(model, { host, concurrency: 1 }, async (task) => {
        seen.push(task.taskId);
        return echo(task.payload);
      });
      await ended(other.taskId);
      expect(seen).toEqual([other.taskId]);
      await expect(jobs.cancel(taskId)).rejects.toMatchObject({ code: 'TASK_NOT_CANCELLABLE' });
    });

    it('tells the host of a running task at once that it was cancelled, and drops what it still answers', async () => {
      const gateway = await open();
      const reasons: unknown[] = [];
      const begun = gate();
      await jobs.consume(model, { host, concurrency: 1 }, async ({ signal, payload }) => {
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
      expect((await jobs.result(taskId))?.result).toBeNull();
    });

    it('writes nothing about a run that its handler drops after a cancel', async () => {
      await jobs.consume(model, { host, concurrency: 1 }, async ({ signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return { kind: 'dropped' };
      });
      const { taskId } = await jobs.submit(request('a'));
      await eventually('a running task', async () => (await jobs.read(taskId))?.state === 'running');
      await jobs.cancel(taskId);
      const types: string[] = [];
      for await (const event of jobs.watch(taskId)) types.push(event.type);
      expect(types).toEqual(['queued', 'running', 'cancelled']);
    });

    it('runs a task again when its handler asks for it, and counts only losses', async () => {
      await jobs.consume(model, { host, concurrency: 1 }, async ({ attempt, payload }) =>
        attempt < 6 ? { kind: 'retry', reason: 'batch-mate', counts: false } : echo(payload),
      );
      const { taskId } = await jobs.submit(request('a'));
      expect(await ended(taskId)).toMatchObject({ state: 'succeeded', attempt: 6 });
    });

    it('fails what counts as lost too often even when the host itself lives', async () => {
      await jobs.consume(model, { host, concurrency: 1 }, async () => ({
        kind: 'retry',
        reason: 'the model process ended',
        counts: true,
      }));
      const { taskId } = await jobs.submit(request('a'));
      expect(await ended(taskId)).toMatchObject({
        state: 'failed',
        attempt: 3,
        error: { code: 'WORKER_LOST' },
      });
    });

    it('fails a poisonous payload with its reason and serves the others', async () => {
      await jobs.consume(model, { host, concurrency: 2 }, async ({ payload }) => {
        if (payload.input[0] === 'known')
          throw new AppError('INPUT_INVALID', { detail: { field: 'input', problem: 'x' } });
        if (payload.input[0] === 'unknown') throw new Error('secret of the inside');
        return echo(payload);
      });
      const [known, unknown, good] = await Promise.all(
        ['known', 'unknown', 'good'].map((text) => jobs.submit(request(text))),
      );
      expect(await ended(known!.taskId)).toMatchObject({ state: 'failed', error: { code: 'INPUT_INVALID' } });
      const failed = await ended(unknown!.taskId);
      expect(failed).toMatchObject({ state: 'failed', error: { code: 'INTERNAL' } });
      expect(JSON.stringify(failed)).not.toContain('secret');
      expect(await ended(good!.taskId)).toMatchObject({ state: 'succeeded' });
    });

    it('refuses a result over the limit and names the knob', async () => {
      const small = await open({ limits: { ...config.limits, maxResultBytes: 100 } });
      await small.consume(model, { host, concurrency: 1 }, async () => ({
        kind: 'succeeded',
        result: { fields: {}, tensors: { big: float32([1000]) }, warnings: [] },
        timings: {},
      }));
      const { taskId } = await jobs.submit(request('a'));
      const view = await ended(taskId);
      expect(view).toMatchObject({ state: 'failed', error: { code: 'RESULT_TOO_LARGE' } });
      expect(view?.error?.text).toContain('MAX_RESULT_BYTES');
    });

    it('expires a task over its time to live', async () => {
      const { taskId } = await jobs.submit(request('a', { timeToLiveMs: 1 }));
      await eventually('expiry', async () => (await jobs.reconcileOnce()).expired.length === 1);
      expect(await ended(taskId)).toMatchObject({ state: 'expired', error: { code: 'TASK_QUEUE_EXPIRED' } });
    });

    it('rebuilds a flushed queue from the rows; every task ends once', async () => {
      const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => jobs.submit(request(`t${i}`))));
      await eventually('the queue to hold them', async () => (await jobs.health()).queue === 'up');
      await flushQueue();
      let runs = 0;
      await jobs.consume(model, { host, concurrency: 8 }, async ({ payload }) => {
        runs++;
        return echo(payload);
      });
      await flushQueue();
      const stop = jobs.keepReconciled({ everyMs: 100 });
      for (const [i, { taskId }] of answers.entries()) {
        expect(await ended(taskId)).toMatchObject({ state: 'succeeded' });
        expect((await jobs.result(taskId))?.result?.fieldsText).toBe(`{"echo":["t${i}"]}`);
      }
      await stop();
      // A flush may take the queue's memory of a delivery under way; the claim keeps it from running twice.
      expect(runs).toBe(60);
    });

    it('runs the more urgent first', async () => {
      const answers = [];
      for (const [text, priority] of [
        ['low', -5],
        ['normal', 0],
        ['high', 5],
      ] as const)
        answers.push(await jobs.submit(request(text, { priority })));
      await eventually('the queue', async () => (await jobs.reconcileOnce()).enqueued === 0);
      const seen: unknown[] = [];
      await jobs.consume(model, { host, concurrency: 1 }, async ({ payload }) => {
        seen.push(payload.input[0]);
        return echo(payload);
      });
      for (const { taskId } of answers) await ended(taskId);
      expect(seen).toEqual(['high', 'normal', 'low']);
    });

    it('does not mind clocks that are hours apart', async () => {
      const fast: Clock = { ...systemClock, now: () => Date.now() + 7_200_000 };
      const slow: Clock = { ...systemClock, now: () => Date.now() - 7_200_000 };
      const [gateway, worker] = [await open({ clock: fast }), await open({ clock: slow })];
      await serve(worker);
      const { taskId } = await gateway.submit(request('a', { timeToLiveMs: 60_000 }));
      const sweeps = [await gateway.reconcileOnce(), await worker.reconcileOnce()];
      expect(
        sweeps.map((sweep) => [sweep.expired.length, sweep.requeued.length, sweep.resultsDeleted]),
      ).toEqual([
        [0, 0, 0],
        [0, 0, 0],
      ]);
      const view = await ended(taskId);
      expect(view).toMatchObject({ state: 'succeeded', attempt: 1 });
      expect(view?.timings.totalMs).toBeLessThan(60_000);
      expect((await gateway.result(taskId))?.result).not.toBeNull();
    });

    it('ends a wait without any notice, by looking itself', async () => {
      const { taskId } = await jobs.submit(request('a'));
      const waiting = jobs.wait(taskId, { timeoutMs: 30_000 });
      await sqlRows(`update task set state = 'succeeded', finished_at = now() where id = $1`, [taskId]);
      expect(await waiting).toMatchObject({ state: 'succeeded' });
    });

    it('ends a wait at its time and on a signal', async () => {
      const { taskId } = await jobs.submit(request('a'));
      expect(await jobs.wait(taskId, { timeoutMs: 1 })).toMatchObject({ state: 'queued' });
      const controller = new AbortController();
      const waiting = jobs.wait(taskId, { timeoutMs: 30_000, signal: controller.signal });
      controller.abort();
      expect(await waiting).toMatchObject({ state: 'queued' });
      expect(await jobs.wait('00000000-0000-7000-8000-000000000000', { timeoutMs: 1 })).toBeNull();
    });

    it('lets a watcher follow a life with progress, and replays it from any step', async () => {
      const half = gate();
      await jobs.consume(model, { host, concurrency: 1 }, async ({ payload, progress }) => {
        progress({ done: 1, total: 2, note: 'half' });
        await half.opened;
        return echo(payload);
      });
      const { taskId } = await jobs.submit(request('a'));
      const events: TaskEvent[] = [];
      for await (const event of jobs.watch(taskId)) {
        events.push(event);
        if (event.type === 'progress') half.open();
      }
      expect(events.map((event) => [event.id, event.type])).toEqual([
        [1, 'queued'],
        [2, 'running'],
        [2, 'progress'],
        [3, 'succeeded'],
      ]);
      expect(events[2]?.data).toEqual({ done: 1, total: 2, note: 'half' });
      const replay: number[] = [];
      for await (const event of jobs.watch(taskId, { afterEventId: 1 })) replay.push(event.id);
      expect(replay).toEqual([2, 3]);
    });

    it('gives running tasks back when a host closes, without counting it as a loss', async () => {
      for (let round = 0; round < 4; round++) {
        const leaving = await open();
        const consumer = await leaving.consume(
          model,
          { host: `leaving-${round}`, concurrency: 1 },
          () => new Promise(() => {}),
        );
        if (round === 0) await jobs.submit(request('a'));
        await eventually('a running task', () => consumer.running === 1);
        await consumer.close();
      }
      const [view] = (await jobs.list({ caller: null, limit: 1 })).tasks;
      expect(view).toMatchObject({ state: 'queued', attempt: 4 });
      await serve();
      expect(await ended(view!.taskId)).toMatchObject({ state: 'succeeded', attempt: 5 });
    });

    it('keeps a lease alive for as long as the work takes', async () => {
      const done = gate();
      await jobs.consume(model, { host, concurrency: 1 }, async ({ payload }) => {
        await done.opened;
        return echo(payload);
      });
      const { taskId } = await jobs.submit(request('a'));
      const leases = new Set<string>();
      await eventually('four renewals', async () => {
        const [row] = await sqlRows('select lease_until from task where id = $1', [taskId]);
        if (row?.lease_until) leases.add(String((row.lease_until as Date).getTime()));
        expect((await jobs.reconcileOnce()).requeued).toEqual([]);
        return leases.size >= 5;
      });
      done.open();
      expect(await ended(taskId)).toMatchObject({ state: 'succeeded', attempt: 1 });
    });

    it('counts what happened, by model and hour', async () => {
      await jobs.consume(model, { host, concurrency: 1 }, async ({ payload }) => {
        if (payload.input[0] === 'bad') throw new Error('bad');
        return echo(payload);
      });
      for (const text of ['good', 'good', 'bad']) await ended((await jobs.submit(request(text))).taskId);
      await eventually('both flushes to add up', async () => {
        await jobs.statistics.flush();
        const hours = await jobs.statistics.read({ model, sinceHours: 2 });
        const sum = (of: (hour: (typeof hours)[number]) => number): number =>
          hours.reduce((n, hour) => n + of(hour), 0);
        const latencies = sum((hour) => hour.latency.reduce((n, count) => n + count, 0));
        return sum((hour) => hour.succeeded) === 2 && sum((hour) => hour.failed) === 1 && latencies === 3;
      });
    });
  });
}
