import { newIdFrom, silentLog, systemClock } from '@tessera/base';
import { eventually, startTestPostgres, type TestPostgres } from '@tessera/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from './adapters/postgres/migrate.ts';
import { createPostgresTaskStore } from './adapters/postgres/task-store.ts';
import { createContact } from './availability/contact.ts';
import { composeJobs } from './compose.ts';
import type { Jobs } from './jobs.ts';
import { defaultLimits } from './limits.ts';
import type { HostStore } from './ports/hosts.ts';
import type { JobQueue } from './ports/job-queue.ts';
import type { Notice, Notices } from './ports/notices.ts';
import { echo, model, request } from './testing/jobs-under-test.ts';

const newId = newIdFrom(systemClock.now);

/** Notices and a queue within the process, so that only the row store's statements are counted. */
function inProcess(): { readonly notices: Notices; readonly queue: JobQueue } {
  const listeners = new Set<(notice: Notice) => void>();
  let handle: (taskId: string) => Promise<void> = async () => {};
  return {
    notices: {
      opened: Promise.resolve(),
      publish(notices) {
        for (const notice of notices) for (const listener of listeners) listener(notice);
      },
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      close: async () => {},
    },
    queue: {
      async enqueue(deliveries) {
        for (const { taskId } of deliveries) void handle(taskId);
      },
      missing: async () => [],
      remove: async () => {},
      async consume(_, __, take) {
        handle = take;
        return { setConcurrency() {}, isStuck: false, close: async () => {} };
      },
      waiting: async () => 0,
      ping: async () => {},
      close: async () => {},
    },
  };
}

/** SQL statements are the unit in which the database's work is budgeted: exact, unlike milliseconds. */
describe('SQL statements per job', () => {
  let postgres: TestPostgres;
  let pool: pg.Pool;
  let jobs: Jobs;
  const statements: string[] = [];
  const never = (): never => {
    throw new Error('not part of this test');
  };

  beforeAll(async () => {
    postgres = await startTestPostgres();
    pool = new pg.Pool({ connectionString: postgres.url });
    await migrate({ pool, newId, log: silentLog });
    const database = {
      query: (statement: { readonly name: string }) => {
        statements.push(statement.name);
        return pool.query(statement as unknown as string);
      },
    } as unknown as Pick<pg.Pool, 'query'>;
    jobs = composeJobs({
      ...inProcess(),
      store: createPostgresTaskStore(database, defaultLimits),
      catalogue: new Proxy({}, { get: never }) as Jobs['catalogue'],
      adapters: new Proxy({}, { get: never }) as Jobs['adapters'],
      keys: new Proxy({}, { get: never }) as Jobs['keys'],
      hosts: new Proxy({}, { get: never }) as HostStore,
      statistics: { add: async () => {}, read: async () => [] },
      contact: createContact(systemClock),
      pingDatabase: async () => {},
      closeConnections: async () => {},
      clock: systemClock,
      newId,
      log: silentLog,
      limits: defaultLimits,
    });
    await jobs.consume(model, { host: 'h', concurrency: 64 }, async ({ payload }) => echo(payload));
  });
  afterAll(async () => {
    await jobs.close();
    await pool.end();
    await postgres.stop();
  });

  const finished = (count: number) =>
    eventually(`${count} results`, async () => {
      const { rows } = await pool.query(`select count(*)::int as n from task where state = 'succeeded'`);
      return rows[0].n === count;
    });

  it('are three for one job alone: insert, claim, complete', async () => {
    await jobs.submit(request('a'));
    await finished(1);
    expect(statements).toEqual(['task-insert', 'task-claim', 'task-complete']);
  });

  it('are far fewer than one for a job in a crowd', async () => {
    statements.length = 0;
    await Promise.all(Array.from({ length: 300 }, (_, i) => jobs.submit(request(`t${i}`))));
    await finished(301);
    // 300 jobs at once: two inserts of at most 256 rows, and claims and completions grouped the same way.
    expect(statements.length).toBeLessThanOrEqual(30);
  });

  it('are one for a caller who asks when it has ended, the result included', async () => {
    const { taskId } = await jobs.submit(request('z'));
    await finished(302);
    statements.length = 0;
    await jobs.waitResult(taskId, { timeoutMs: 1_000 });
    expect(statements).toEqual(['task-read-results']);
  });

  it('are few for the callers of a crowd: they ask together, and hear of the end together', async () => {
    statements.length = 0;
    const answers = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => {
        const { taskId } = await jobs.submit(request(`u${i}`));
        return jobs.waitResult(taskId, { timeoutMs: 30_000 });
      }),
    );
    expect(answers.map((answer) => answer?.result?.fieldsText)).toEqual(
      answers.map((_, i) => JSON.stringify({ echo: [`u${i}`] })),
    );
    const reads = statements.filter((name) => name === 'task-read-results');
    expect(reads.length).toBeLessThanOrEqual(30);
    expect(statements.length).toBeLessThanOrEqual(60);
  });
});
