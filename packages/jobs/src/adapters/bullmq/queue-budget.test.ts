import { silentLog, systemClock } from '@tessera/base';
import { eventually, startTestPostgres, type TestPostgres } from '@tessera/testkit';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { JobQueue } from '../../ports/job-queue.ts';
import { openPostgresBackend } from './postgres.ts';
import { openBullQueue } from './queue.ts';

/** What the queue costs on Postgres, in statements: exact, unlike milliseconds. */
let postgres: TestPostgres;
let queue: JobQueue;
const sent = vi.spyOn(pg.Client.prototype, 'query');

beforeAll(async () => {
  postgres = await startTestPostgres();
  queue = openBullQueue({
    backend: await openPostgresBackend({
      databaseUrl: postgres.url,
      log: silentLog,
      timing: { answerMs: 3_000, clients: new Set() },
    }),
    clock: systemClock,
    log: silentLog,
  });
});
afterAll(async () => {
  await queue.close();
  await postgres.stop();
});

/**
 * A line of `size` jobs, of which those that run end together, as the tasks of a batch do; returns statements
 * a job.
 */
async function perJob(size: number, concurrency: number): Promise<number> {
  const model = `models/${size}-${concurrency}`;
  const present: (() => void)[] = [];
  const consumer = await queue.consume(
    model,
    { concurrency },
    () => new Promise<void>((resolve) => void present.push(resolve)),
  );
  await eventually('an idle consumer', async () => (await queue.waiting(model)) === 0);
  sent.mockClear();
  const ids = Array.from({ length: size }, (_, i) => `task-${i}`);
  await queue.enqueue(ids.map((taskId) => ({ taskId, model, attempt: 0, priority: 0 })));
  for (let ended = 0; ended < size; ) {
    const together = Math.min(concurrency, size - ended);
    await eventually('a batch', () => present.length >= together);
    for (const end of present.splice(0)) end();
    ended += together;
  }
  const statements = sent.mock.calls.length;
  await consumer.close();
  return statements / size;
}

it('is one statement for a job of a long line: the end of one takes the next', async () => {
  expect(await perJob(300, 4)).toBeLessThan(1.2);
});
