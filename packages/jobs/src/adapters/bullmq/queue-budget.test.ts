import { silentLog, systemClock } from '@tessera/base';
import { eventually, startTestPostgres, type TestPostgres } from '@tessera/testkit';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { JobQueue } from '../../ports.ts';
import { postgresBackend } from './postgres.ts';
import { bullQueue } from './queue.ts';

/** What the queue costs on Postgres, in statements: exact, unlike milliseconds. */
let postgres: TestPostgres;
let queue: JobQueue;
const sent = vi.spyOn(pg.Client.prototype, 'query');

beforeAll(async () => {
  postgres = await startTestPostgres();
  queue = bullQueue({
    backend: await postgresBackend({ databaseUrl: postgres.url, log: silentLog }),
    clock: systemClock,
    log: silentLog,
  });
});
afterAll(async () => {
  await queue.close();
  await postgres.stop();
});

/** Bursts of `size` jobs that end together, as the tasks of a batch do; returns statements a job. */
async function perJob(bursts: number, size: number, concurrency: number): Promise<number> {
  const model = `models/${bursts}-${size}-${concurrency}`;
  let present: (() => void)[] = [];
  const consumer = await queue.consume(
    model,
    { concurrency },
    () => new Promise<void>((resolve) => void present.push(resolve)),
  );
  await eventually('an idle consumer', async () => (await queue.waiting(model)) === 0);
  sent.mockClear();
  for (let burst = 0; burst < bursts; burst++) {
    const ids = Array.from({ length: size }, (_, i) => `${burst}-${i}`);
    await queue.enqueue(ids.map((taskId) => ({ taskId, model, attempt: 0, priority: 0 })));
    for (let ended = 0; ended < size; ) {
      const together = Math.min(concurrency, size - ended);
      await eventually('a batch', () => present.length >= together);
      for (const end of present.splice(0)) end();
      ended += together;
    }
  }
  const statements = sent.mock.calls.length;
  await consumer.close();
  present = [];
  return statements / (bursts * size);
}

it('is less than two statements for a job of a batch: most ends find the next job', async () => {
  expect(await perJob(10, 20, 64)).toBeLessThan(2);
});

it('is one statement for a job of a long line: the end of one takes the next', async () => {
  expect(await perJob(1, 300, 4)).toBeLessThan(1.2);
});
