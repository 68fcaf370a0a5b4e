import { newIdFrom, silentLog, systemClock } from '@tessera/base';
import { startTestPostgres, type TestPostgres } from '@tessera/testkit';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { defaultLimits } from '../limits.ts';
import { newModel } from '../testing/jobs-under-test.ts';
import { describeLeases } from '../testing/leases.cases.ts';
import type { StoreUnderTest } from '../testing/store-bench.ts';
import { describeTaskStore } from '../testing/task-store.cases.ts';
import { migrate } from './postgres/migrate.ts';
import { createPostgresTaskStore } from './postgres/task-store.ts';
import { createPrismaClient } from './prisma/client.ts';
import { createPrismaModels } from './prisma/models.ts';

let postgres: TestPostgres;
let pool: pg.Pool;
const newId = newIdFrom(systemClock.now);

beforeAll(async () => {
  postgres = await startTestPostgres();
  pool = new pg.Pool({ connectionString: postgres.url });
  await migrate({ pool, newId, log: silentLog });
  const notices = {
    opened: Promise.resolve(),
    publish() {},
    subscribe: () => () => {},
    close: async () => {},
  };
  await createPrismaModels({ prisma: createPrismaClient(pool), notices, clock: systemClock }).create(
    newModel,
  );
});

afterAll(async () => {
  await pool.end();
  await postgres.stop();
});

async function makeStore(): Promise<StoreUnderTest> {
  await pool.query('truncate task cascade');
  return {
    store: createPostgresTaskStore(pool, defaultLimits),
    newId,
    ...defaultLimits,
    async age(taskIds, ms) {
      const past = (column: string): string =>
        `${column} = ${column} - $2::float8 * interval '1 millisecond'`;
      const columns = [
        'created_at',
        'queue_deadline',
        'lease_until',
        'started_at',
        'finished_at',
        'expires_at',
      ];
      await pool.query(`update task set ${columns.map(past).join(', ')} where id = any($1::uuid[])`, [
        taskIds,
        ms,
      ]);
      await pool.query(`update result set ${past('expires_at')} where task_id = any($1::uuid[])`, [
        taskIds,
        ms,
      ]);
    },
  };
}

describeTaskStore('Postgres', makeStore);
describeLeases('Postgres', makeStore);
