import { AppError, type Clock, systemClock } from '@tessera/base';
import { float32, type TaskEvent } from '@tessera/contracts';
import { eventually } from '@tessera/testkit';
import { describe, expect, it } from 'vitest';
import type { RunEnd } from '../jobs.ts';
import { createJobsBench, gate, host } from './jobs-bench.ts';
import { echo, model, request, type Servers } from './jobs-under-test.ts';

/** What the whole promises, over real Postgres and the given queue: every accepted task ends exactly once. */
export function describeJobs(backend: {
  readonly name: string;
  readonly start: () => Promise<Servers>;
}): void {
  describe(`jobs on ${backend.name}`, () => {
    const bench = createJobsBench(backend);
    const { open, serve, ended, sqlRows } = bench;

    it('takes a task from submit to result', async () => {
      await bench.jobs.consume(model, { host, concurrency: 2 }, async (task): Promise<RunEnd> => {
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
      const { taskId, created } = await bench.jobs.submit(request('hello'));
      expect(created).toBe(true);
      expect(await ended(taskId)).toMatchObject({ taskId, state: 'succeeded', attempt: 1, error: null });
      const found = await bench.jobs.result(taskId);
      expect(found?.result).toMatchObject({ fieldsText: '{"labels":[1]}', warnings: ['cut'] });
      expect(found?.result?.tensors?.byteLength).toBeGreaterThan(8);
      expect(found?.view.timings).toMatchObject({ computeMs: 4, batchRows: 2 });
    });

    it('answers a repeated idempotency key with the same task, and refuses another request under it', async () => {
      const asked = request('a', { idempotencyKey: 'key-1' });
      const answers = await Promise.all([1, 2, 3, 4].map(() => bench.jobs.submit(asked)));
      expect(new Set(answers.map((answer) => answer.taskId)).size).toBe(1);
      expect(answers.filter((answer) => answer.created)).toHaveLength(1);
      await expect(bench.jobs.submit(request('b', { idempotencyKey: 'key-1' }))).rejects.toMatchObject({
        code: 'IDEMPOTENCY_CONFLICT',
      });
      const other = await bench.jobs.submit(request('b', { idempotencyKey: 'key-1', caller: 'other' }));
      expect(other.created).toBe(true);
    });

    it('hides the tasks of other callers', async () => {
      const { taskId } = await bench.jobs.submit(request('a', { caller: 'owner' }));
      expect(await bench.jobs.read(taskId, 'stranger')).toBeNull();
      expect(await bench.jobs.result(taskId, 'stranger')).toBeNull();
      expect(await bench.jobs.wait(taskId, { timeoutMs: 1, caller: 'stranger' })).toBeNull();
      await expect(bench.jobs.cancel(taskId, 'stranger')).rejects.toMatchObject({ code: 'TASK_UNKNOWN' });
      await expect(
        bench.jobs.watch(taskId, { caller: 'stranger' })[Symbol.asyncIterator]().next(),
      ).rejects.toMatchObject({
        code: 'TASK_UNKNOWN',
      });
      expect(await bench.jobs.read(taskId, 'owner')).toMatchObject({ state: 'queued', queuePosition: 0 });
      expect(await bench.jobs.read(taskId)).toMatchObject({ taskId });
    });

    it('fails a poisonous payload with its reason and serves the others', async () => {
      await bench.jobs.consume(model, { host, concurrency: 2 }, async ({ payload }) => {
        if (payload.input[0] === 'known')
          throw new AppError('INPUT_INVALID', { detail: { field: 'input', problem: 'x' } });
        if (payload.input[0] === 'unknown') throw new Error('secret of the inside');
        return echo(payload);
      });
      const [known, unknown, good] = await Promise.all(
        ['known', 'unknown', 'good'].map((text) => bench.jobs.submit(request(text))),
      );
      expect(await ended(known!.taskId)).toMatchObject({ state: 'failed', error: { code: 'INPUT_INVALID' } });
      const failed = await ended(unknown!.taskId);
      expect(failed).toMatchObject({ state: 'failed', error: { code: 'INTERNAL' } });
      expect(JSON.stringify(failed)).not.toContain('secret');
      expect(await ended(good!.taskId)).toMatchObject({ state: 'succeeded' });
    });

    it('refuses a result over the limit and names the knob', async () => {
      const small = await open({ limits: { ...bench.config.limits, maxResultBytes: 100 } });
      await small.consume(model, { host, concurrency: 1 }, async () => ({
        kind: 'succeeded',
        result: { fields: {}, tensors: { big: float32([1000]) }, warnings: [] },
        timings: {},
      }));
      const { taskId } = await bench.jobs.submit(request('a'));
      const view = await ended(taskId);
      expect(view).toMatchObject({ state: 'failed', error: { code: 'RESULT_TOO_LARGE' } });
      expect(view?.error?.text).toContain('MAX_RESULT_BYTES');
    });

    it('expires a task over its time to live', async () => {
      const { taskId } = await bench.jobs.submit(request('a', { timeToLiveMs: 1 }));
      await eventually('expiry', async () => (await bench.jobs.reconcileOnce()).expired.length === 1);
      expect(await ended(taskId)).toMatchObject({ state: 'expired', error: { code: 'TASK_QUEUE_EXPIRED' } });
    });

    it('runs the more urgent first', async () => {
      const answers = [];
      for (const [text, priority] of [
        ['low', -5],
        ['normal', 0],
        ['high', 5],
      ] as const)
        answers.push(await bench.jobs.submit(request(text, { priority })));
      await eventually('the queue', async () => (await bench.jobs.reconcileOnce()).enqueued === 0);
      const seen: unknown[] = [];
      await bench.jobs.consume(model, { host, concurrency: 1 }, async ({ payload }) => {
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
      const { taskId } = await bench.jobs.submit(request('a'));
      const waiting = bench.jobs.wait(taskId, { timeoutMs: 30_000 });
      await sqlRows(`update task set state = 'succeeded', finished_at = now() where id = $1`, [taskId]);
      expect(await waiting).toMatchObject({ state: 'succeeded' });
    });

    it('ends a wait at its time and on a signal', async () => {
      const { taskId } = await bench.jobs.submit(request('a'));
      expect(await bench.jobs.wait(taskId, { timeoutMs: 1 })).toMatchObject({ state: 'queued' });
      const controller = new AbortController();
      const waiting = bench.jobs.wait(taskId, { timeoutMs: 30_000, signal: controller.signal });
      controller.abort();
      expect(await waiting).toMatchObject({ state: 'queued' });
      expect(await bench.jobs.wait('00000000-0000-7000-8000-000000000000', { timeoutMs: 1 })).toBeNull();
    });

    it('lets a watcher follow a life with progress, and replays it from any step', async () => {
      const half = gate();
      await bench.jobs.consume(model, { host, concurrency: 1 }, async ({ payload, progress }) => {
        progress({ done: 1, total: 2, note: 'half' });
        await half.opened;
        return echo(payload);
      });
      const { taskId } = await bench.jobs.submit(request('a'));
      const events: TaskEvent[] = [];
      for await (const event of bench.jobs.watch(taskId)) {
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
      for await (const event of bench.jobs.watch(taskId, { afterEventId: 1 })) replay.push(event.id);
      expect(replay).toEqual([2, 3]);
    });

    it('counts what happened, by model and hour', async () => {
      await bench.jobs.consume(model, { host, concurrency: 1 }, async ({ payload }) => {
        if (payload.input[0] === 'bad') throw new Error('bad');
        return echo(payload);
      });
      for (const text of ['good', 'good', 'bad'])
        await ended((await bench.jobs.submit(request(text))).taskId);
      await eventually('both flushes to add up', async () => {
        await bench.jobs.statistics.flush();
        const hours = await bench.jobs.statistics.read({ model, sinceHours: 2 });
        const sum = (of: (hour: (typeof hours)[number]) => number): number =>
          hours.reduce((n, hour) => n + of(hour), 0);
        const latencies = sum((hour) => hour.latency.reduce((n, count) => n + count, 0));
        return sum((hour) => hour.succeeded) === 2 && sum((hour) => hour.failed) === 1 && latencies === 3;
      });
    });
  });
}
