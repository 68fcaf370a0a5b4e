import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually, redisBinary } from '@tessera/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, childrenOf, startCluster, type TestProcess } from './cluster.ts';
import { answerOf, expectAllRight, finalEvents, rightAnswers, sendAll, sentences } from './workload.ts';

/*
 * Whatever dies, every accepted task ends exactly once, with the right answer. Real processes from dist,
 * real Postgres, real Redis, a real (tiny) model, 1,000 tasks a scenario.
 */
const model = 'bert-sequence-classification';
const tasks = 1_000;
const redis = redisBinary();

for (const backend of ['postgres', 'redis'] as const) {
  describe.skipIf(backend === 'redis' && !redis)(`with the queue in ${backend}`, () => {
    let modelsDir: string;
    let cluster: Cluster;
    let gateway: TestProcess;
    let worker: TestProcess;

    beforeAll(async () => {
      modelsDir = mkdtempSync(join(tmpdir(), 'tessera-models-'));
      symlinkSync(resolve(import.meta.dirname, '../fixtures/models', model), join(modelsDir, model));
      cluster = await startCluster({ modelsDir, redisBinary: backend === 'redis' ? redis : null });
      gateway = await cluster.startGateway();
      worker = await cluster.startWorker();
      await eventually(
        'the model to be registered',
        async () => (await fetch(`${cluster.url}/v1/models/${model}`)).ok,
      );
    });

    afterEach(({ task }) => {
      if (task.result?.state === 'fail')
        console.error(gateway.output().slice(-4000), worker.output().slice(-4000));
    });

    afterAll(async () => {
      await cluster?.stop();
      rmSync(modelsDir, { recursive: true, force: true });
    });

    /** Sends the tasks, runs `disturb` once a part of them has been answered, and checks every answer. */
    async function survive(name: string, seed: number, disturb: () => Promise<void>): Promise<void> {
      const texts = sentences(tasks, { seed, distinct: 40 });
      const right = await rightAnswers(cluster.url, model, texts, `${name}-right`);
      const sending = sendAll(cluster.url, model, texts, { key: name });
      await eventually('work to be under way', async () => (await done()) > 100 || null);
      await disturb();
      const sent = await sending;
      expect(sent).toHaveLength(tasks);
      await expectAllRight(cluster.url, sent, right);
      for (const { taskId } of sent.filter((_, i) => i % 50 === 0))
        expect(await finalEvents(cluster.url, taskId), taskId).toBe(1);

      async function done(): Promise<number> {
        const response = await fetch(`${cluster.url}/v1/tasks?state=succeeded&limit=200`).catch(() => null);
        const body = (await response?.json().catch(() => null)) as { tasks?: unknown[] } | null;
        return body?.tasks?.length ?? 0;
      }
    }

    const modelPids = (): number[] => childrenOf(worker.pid);

    it('loses nothing when the model process is killed in mid-batch, four times', () =>
      survive('model', 11, async () => {
        for (let kill = 0; kill < 4; kill++) {
          const [pid] = await eventually('a model process', () =>
            modelPids().length > 0 ? modelPids() : null,
          );
          process.kill(pid!, 'SIGKILL');
          await eventually('another model process', () => modelPids().some((other) => other !== pid) || null);
        }
      }));

    it('loses nothing when the worker host is killed', () =>
      survive('host', 12, async () => {
        const orphans = modelPids();
        await worker.kill();
        worker = await cluster.startWorker();
        await eventually(
          'orphaned model processes to end',
          () => orphans.every((pid) => !isAlive(pid)) || null,
        );
      }));

    it('loses nothing when Postgres is killed', () =>
      survive('postgres', 13, async () => {
        await cluster.postgres.kill();
        await cluster.postgres.start();
      }));

    it('loses nothing and doubles nothing when the gateway is killed between insert and answer', () =>
      survive('gateway', 14, async () => {
        for (let kill = 0; kill < 2; kill++) {
          await gateway.kill();
          gateway = await cluster.startGateway();
        }
      }));

    it('ends each task once when a host sleeps longer than its lease and comes back', () =>
      survive('sleeper', 15, async () => {
        worker.signal('SIGSTOP');
        const second = await cluster.startWorker('worker-2');
        await eventually('the second host to answer', async () => {
          const [sent] = await sendAll(cluster.url, model, ['the second host answers'], {
            key: 'sleeper-probe',
          });
          return (await answerOf(cluster.url, sent!.taskId)).state;
        });
        worker.signal('SIGCONT');
        second.signal('SIGTERM');
      }));

    if (backend === 'redis')
      it('loses nothing when Redis is flushed, then killed and started again', () =>
        survive('redis', 16, async () => {
          await cluster.redis!.flush();
          await cluster.redis!.kill();
          await cluster.redis!.start();
        }));
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
