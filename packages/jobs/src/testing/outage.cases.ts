import { eventually } from '@tessera/testkit';
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
    let config: JobsConfig;
    let gateway: Jobs;
    let worker: Jobs;
    beforeAll(async () => {
      servers = await backend.start();
    });
    afterAll(() => servers.stop());
    beforeEach(async () => {
      config = await servers.configure({ leaseMs: 2_000, enqueueGraceMs: 500 });
      [gateway, worker] = await Promise.all([openJobs(config), openJobs(config)]);
      await gateway.catalogue.create(newModel);
      worker.keepReconciled({ everyMs: 300 });
    });
    afterEach(() => Promise.all([gateway.close(), worker.close()]));

    /** Submits while `disturb` runs, and checks that whatever was accepted ends well. */
    async function survives(disturb: (accepted: () => number) => Promise<void>): Promise<void> {
      const completions = new Map<string, number>();
      await worker.consume(model, { host: 'h', concurrency: 16 }, async ({ payload }) => echo(payload));
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

      it('survives FLUSHALL again and again', () =>
        survives(async (accepted) => {
          for (const quarter of [1, 2, 3]) {
            await eventually('some more accepted', () => accepted() >= (tasks * quarter) / 4);
            await servers.redis!.flush();
          }
        }));
    }

    it('says what is down, and what is up again', async () => {
      expect(await gateway.health()).toEqual({ database: 'up', queue: 'up' });
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
