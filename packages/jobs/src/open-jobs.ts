import type { Clock } from '@tessera/base';
import pg from 'pg';
import { postgresBackend } from './adapters/bullmq/postgres.ts';
import { bullQueue } from './adapters/bullmq/queue.ts';
import { connected, redisBackend } from './adapters/bullmq/redis.ts';
import { postgresNotices } from './adapters/notices/postgres.ts';
import { redisNotices } from './adapters/notices/redis.ts';
import { postgresTaskStore } from './adapters/postgres/task-store.ts';
import { prismaAdapterCatalogue } from './adapters/prisma/adapters.ts';
import { prismaClient } from './adapters/prisma/client.ts';
import { postgresHosts } from './adapters/prisma/hosts.ts';
import { prismaApiKeys } from './adapters/prisma/keys.ts';
import { migrate } from './adapters/prisma/migrate.ts';
import { prismaModelCatalogue } from './adapters/prisma/models.ts';
import { readHours, writeCounts } from './adapters/prisma/statistics.ts';
import { whileAway } from './availability.ts';
import { composeJobs } from './compose.ts';
import type { Jobs, JobsConfig } from './jobs.ts';
import { defaultLimits } from './limits.ts';
import type { JobQueue, Notices } from './ports.ts';

/** How long a start waits for a database that is not there yet. */
const startPatienceMs = 30_000;

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
    const prisma = prismaClient(pool);
    return composeJobs({
      store: postgresTaskStore(pool, limits),
      queue,
      notices,
      catalogue: prismaModelCatalogue({ prisma, notices, clock }),
      adapters: prismaAdapterCatalogue(prisma),
      keys: prismaApiKeys({ prisma, notices, clock, newId }),
      hosts: postgresHosts(pool, prisma),
      statistics: {
        write: (counted) => writeCounts(pool, counted),
        read: ({ sinceHours, ...filter }) =>
          readHours(prisma, { ...filter, since: new Date(clock.now() - sinceHours * 3_600_000) }),
      },
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
    const backend = await postgresBackend({ databaseUrl, log });
    return {
      queue: bullQueue({ backend, clock, log }),
      notices: postgresNotices({ databaseUrl, database: pool, clock, log }),
    };
  }
  const backend = redisBackend({ url: redisUrl, namespace, log });
  await soon(connected(backend.asking), clock);
  return {
    queue: bullQueue({ backend, clock, log }),
    notices: redisNotices({ url: redisUrl, namespace, publisher: backend.asking, log }),
  };
}

/** Waits for a connection, but not for long: a start must not fail because the transport is away. */
function soon(ready: Promise<void>, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(2_000, resolve);
    void ready.then(resolve).finally(cancel);
  });
}
