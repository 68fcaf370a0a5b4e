import { eventually, startTestProxy, type TestProxy } from '@tessera/testkit';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Jobs, JobsConfig } from '../jobs.ts';
import { openJobs } from '../open-jobs.ts';
import { echo, model, newModel, request, type Servers } from './jobs-under-test.ts';

const tasks = 200;

/** kill -9 and restarts of the servers under load: every accepted task ends once, with its own answer. */
export function describeOutages(backend: {
  readonly name: string;
  readonly start: () => Promise<Servers>;
}): void {
  describe(`outages with the queue on ${backend.name}`, () => {
    let servers: Servers;
    let database: TestProxy;
    let redis: TestProxy | null = null;
    let direct: JobsConfig;
    let gateway: Jobs;
    let worker: Jobs;
    beforeAll(async () => {
      servers = await backend.start();
      database = await startTestProxy(servers.postgres.url);
      if (servers.redis) redis = await startTestProxy(servers.redis.url);
    });
    afterAll(async () => {
      await Promise.all([database.stop(), redis?.stop()]);
      await servers.stop();
    });
    beforeEach(async () => {
      const limits = { leaseMs: 2_000, enqueueGraceMs: 500 };
      direct = await servers.configure(limits);
      const config: JobsConfig = {
        ...direct,
        databaseUrl: database.through(direct.databaseUrl),
        redisUrl: direct.redisUrl && redis!.through(direct.redisUrl),
      };
      const host: JobsConfig = { ...config, limits: { ...limits, patienceMs: Number.POSITIVE_INFINITY } };
      [gateway, worker] = await Promise.all([openJobs(config), openJobs(host)]);
      await gateway.catalogue.create(newModel);
      worker.keepReconciled({ everyMs: 300 });
    });
    afterEach(() => Promise.all([gateway.close(), worker.close()]));

    /** Submits while `disturb` runs, and checks that whatever was accepted ends well. */
    async function survives(disturb: (accepted: () => number) => Promise<void>): Promise<void> {
      const completions = new Map<string, number>();
      await worker.consume(model, { host: 'h', concurrency: 16 }, async ({ payload }) => {
        // Real hosts look at the model first.
        expect(await worker.catalogue.read(model)).not.toBeNull();
        return echo(payload);
      });
      worker.onNotice((notice) => {
        if (notice.kind === 'task' && notice.state === 'succeeded')
          completions.set(notice.taskId, (completions.get(notice.taskId) ?? 0) + 1);
      });
      const accepted = new Map<string, string>();
      let refused = 0;
      const submitAll = async (): Promise<void> => {
        let next = 0;
        const submitOne = async (): Promise<void> => {
          while (next < tasks) {
            const text = `text-${next++}`;
            try {
              accepted.set((await gateway.submit(request(text))).taskId, text);
            } catch (error) {
              // A refusal is honest: nothing was promised.
              expect(error).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
              refused++;
            }
          }
        };
        await Promise.all([1, 2, 3, 4].map(submitOne));
      };
      await Promise.all([submitAll(), disturb(() => accepted.size)]);
      expect(accepted.size + refused).toBe(tasks);
      for (const [taskId, text] of accepted) {
        const view = await gateway.wait(taskId, { timeoutMs: 60_000 });
        expect(view).toMatchObject({ taskId, state: 'succeeded' });
        expect((await gateway.result(taskId))?.result?.fieldsText).toBe(`{"echo":["${text}"]}`);
      }
      expect(await gateway.counts()).toEqual({ queued: 0, running: 0, models: [] });
      expect([...completions.values()].filter((times) => times > 1)).toEqual([]);
      expect(accepted.size).toBeGreaterThan(tasks / 2);
    }

    it('survives kill -9 and restart of Postgres', () =>
      survives(async (accepted) => {
        await eventually('a quarter accepted', () => accepted() > tasks / 4);
        await servers.postgres.kill();
        await servers.postgres.start();
      }));

    if (backend.name === 'redis') {
      it('survives kill -9 and restart of Redis', () =>
        survives(async (accepted) => {
          await eventually('a quarter accepted', () => accepted() > tasks / 4);
          await servers.redis!.kill();
          await eventually('three quarters accepted, without Redis', () => accepted() > (tasks * 3) / 4);
          await servers.redis!.start();
        }));

      it('ends everything when the connections to Redis fall silent', () =>
        survives(async (accepted) => {
          await eventually('a quarter accepted', () => accepted() > tasks / 4);
          redis!.silence();
        }));

      it('survives FLUSHALL again and again', () =>
        survives(async (accepted) => {
          for (const quarter of [1, 2, 3]) {
            await eventually('some more accepted', () => accepted() >= (tasks * quarter) / 4);
            await servers.redis!.flush();
          }
        }));
    }

    it('fails nothing when the connections to Postgres are cut again and again', () =>
      survives(async (accepted) => {
        for (const part of [1, 2, 3]) {
          await eventually('some more accepted', () => accepted() > (tasks * part) / 4);
          database.cut();
          await eventually('the cut to be felt', async () => (await gateway.health()).database === 'down');
          database.mend();
        }
      }));

    it('ends everything when the connections to Postgres fall silent', () =>
      survives(async (accepted) => {
        await eventually('a quarter accepted', () => accepted() > tasks / 4);
        database.silence();
      }));

    // Only the rows matter here, whatever carries the ids.
    if (backend.name === 'postgres') {
      it('counts no loss for an outage of three leases, and keeps the run that worked all the while', async () => {
        let finish = (): void => {};
        const finished = new Promise<void>((resolve) => {
          finish = resolve;
        });
        await worker.consume(model, { host: 'h', concurrency: 1 }, async ({ payload }) => {
          await finished;
          return echo(payload);
        });
        const { taskId } = await gateway.submit(request('a'));
        await eventually('a running task', async () => (await gateway.read(taskId))?.state === 'running');
        database.cut();
        const cutMs = performance.now();
        await eventually('three leases to pass', () => performance.now() - cutMs > 3 * 2_000);
        database.mend();
        await worker.reconcileOnce();
        finish();
        expect(await gateway.wait(taskId, { timeoutMs: 30_000 })).toMatchObject({
          state: 'succeeded',
          attempt: 1,
        });
      });

      it('says 503 after the promised five seconds, to all who wait, while the rows are locked', async () => {
        const holder = new pg.Client({ connectionString: direct.databaseUrl });
        await holder.connect();
        try {
          await holder.query('begin; lock table task');
          const askedMs = performance.now();
          const answers = await Promise.allSettled(
            Array.from({ length: 20 }, (_, i) => gateway.submit(request(`locked-${i}`))),
          );
          for (const answer of answers)
            expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'SERVICE_UNAVAILABLE' } });
          expect(performance.now() - askedMs).toBeLessThan(8_000);
        } finally {
          await holder.end();
        }
        await worker.consume(model, { host: 'h', concurrency: 1 }, async ({ payload }) => echo(payload));
        const { taskId } = await gateway.submit(request('after'));
        expect(await gateway.wait(taskId, { timeoutMs: 30_000 })).toMatchObject({ state: 'succeeded' });
      });
    }

    it('lets a process end in time whose connections have fallen silent', async () => {
      await worker.consume(model, { host: 'h', concurrency: 1 }, async ({ payload }) => echo(payload));
      const { taskId } = await gateway.submit(request('a'));
      await gateway.wait(taskId, { timeoutMs: 30_000 });
      database.silence();
      redis?.silence();
      const askedMs = performance.now();
      await Promise.all([gateway.close(), worker.close()]);
      // Some seconds each for runs, deliveries, statistics, queue, notices and connections; mostly far fewer.
      expect(performance.now() - askedMs).toBeLessThan(20_000);
    });

    it('says what is down, and what is up again', async () => {
      expect(await gateway.health()).toEqual({ database: 'up', queue: 'up', hosts: 'down' });
      const report = { host: 'h', hostname: 'machine', pid: 1, models: [], memoryBytes: 1, gpus: [] };
      await worker.hosts.beat(report);
      expect(await gateway.health()).toEqual({ database: 'up', queue: 'up', hosts: 'up' });
      await servers.postgres.kill();
      expect((await gateway.health()).database).toBe('down');
      await servers.postgres.start();
      await eventually('all up', async () => {
        const { database, queue } = await gateway.health();
        return database === 'up' && queue === 'up';
      });
    });
  });
}
