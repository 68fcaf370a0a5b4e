import { type Clock, within } from '@tessera/base';
import pg from 'pg';
import { openPostgresBackend } from './adapters/bullmq/postgres.ts';
import { openBullQueue } from './adapters/bullmq/queue.ts';
import { connected, openRedisBackend } from './adapters/bullmq/redis.ts';
import { openPostgresNotices } from './adapters/notices/postgres.ts';
import { openRedisNotices } from './adapters/notices/redis.ts';
import { createPostgresHosts } from './adapters/postgres/hosts.ts';
import { migrate } from './adapters/postgres/migrate.ts';
import { createPostgresStatistics } from './adapters/postgres/statistics.ts';
import { createPostgresTaskStore } from './adapters/postgres/task-store.ts';
import { createPrismaClient } from './adapters/prisma/client.ts';
import { createPrismaKeys } from './adapters/prisma/keys.ts';
import { createPrismaModelAdapters } from './adapters/prisma/model-adapters.ts';
import { createPrismaModels } from './adapters/prisma/models.ts';
import { whileAway } from './availability.ts';
import { composeJobs } from './compose.ts';
import type { Jobs, JobsConfig } from './jobs.ts';
import { defaultLimits } from './limits.ts';
import type { JobQueue } from './ports/job-queue.ts';
import type { Notices } from './ports/notices.ts';

/** How long a start waits for a database that is not there yet. */
const startPatienceMs = 30_000;
/** How long it waits for a transport. */
const transportWaitMs = 2_000;

/**
 * Opens the async core on Postgres, with the queue and the notices on Redis or, without one, on Postgres as well. Brings
 * the database up to date first. Throws SERVICE_UNAVAILABLE when the database stays away, MIGRATION_FAILED.
 */
export async function openJobs(config: JobsConfig): Promise<Jobs> {
  const { databaseUrl, clock, newId, log } = config;
  const limits = { ...defaultLimits, ...config.limits };
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'tessera',
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    max: limits.databaseConnections,
  });
  pool.on('error', (error) => log.debug({ reason: error.message }, 'database connection'));
  try {
    await whileAway(() => migrate({ pool, newId, log }), { clock, log, patienceMs: startPatienceMs });
    const { queue, notices } = await openTransport(config, pool);
    await soon(notices.opened, clock);
    const prisma = createPrismaClient(pool);
    return composeJobs({
      store: createPostgresTaskStore(pool, limits),
      queue,
      notices,
      catalogue: createPrismaModels({ prisma, notices, clock }),
      adapters: createPrismaModelAdapters(prisma),
      keys: createPrismaKeys({ prisma, notices, clock, newId }),
      hosts: createPostgresHosts(pool),
      statistics: createPostgresStatistics(pool),
      pingDatabase: () => pool.query('select 1'),
      async closeConnections() {
        await prisma.$disconnect();
        await pool.end();
      },
      clock,
      newId,
      log,
      limits,
    });
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function openTransport(
  config: JobsConfig,
  pool: pg.Pool,
): Promise<{ readonly queue: JobQueue; readonly notices: Notices }> {
  const { databaseUrl, redisUrl, clock, log, namespace = 'tessera' } = config;
  if (redisUrl === null) {
    const backend = await openPostgresBackend({ databaseUrl, log });
    return {
      queue: openBullQueue({ backend, clock, log }),
      notices: openPostgresNotices({ databaseUrl, database: pool, clock, log }),
    };
  }
  const backend = openRedisBackend({ url: redisUrl, namespace, log });
  await soon(connected(backend.asking), clock);
  return {
    queue: openBullQueue({ backend, clock, log }),
    notices: openRedisNotices({ url: redisUrl, namespace, publisher: backend.asking, log }),
  };
}

/** Waits for a connection, but not for long: a start must not fail because the transport is away. */
function soon(ready: Promise<void>, clock: Clock): Promise<void> {
  return within(clock, transportWaitMs, ready).catch(() => {});
}
