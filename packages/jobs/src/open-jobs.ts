import { type Clock, within } from '@tessera/base';
import pg from 'pg';
import { openPostgresBackend } from './adapters/bullmq/postgres.ts';
import { openBullQueue } from './adapters/bullmq/queue.ts';
import { connected, openRedisBackend } from './adapters/bullmq/redis.ts';
import { openPostgresNotices } from './adapters/notices/postgres.ts';
import { openRedisNotices } from './adapters/notices/redis.ts';
import { createPostgresHosts } from './adapters/postgres/hosts.ts';
import { migrate } from './adapters/postgres/migrate.ts';
import { openPool, sessionOf } from './adapters/postgres/open-pool.ts';
import { createPostgresStatistics } from './adapters/postgres/statistics.ts';
import { createPostgresTaskStore } from './adapters/postgres/task-store.ts';
import { TimedClient, type Timing } from './adapters/postgres/timed-client.ts';
import { createPrismaClient } from './adapters/prisma/client.ts';
import { createPrismaKeys } from './adapters/prisma/keys.ts';
import { createPrismaModelAdapters } from './adapters/prisma/model-adapters.ts';
import { createPrismaModels } from './adapters/prisma/models.ts';
import { createContact } from './availability/contact.ts';
import { createPatience, type Patience } from './availability/patience.ts';
import { composeJobs } from './compose.ts';
import type { Jobs, JobsConfig } from './jobs.ts';
import { defaultLimits } from './limits.ts';
import type { JobQueue } from './ports/job-queue.ts';
import type { Notices } from './ports/notices.ts';

/** How long a start waits for a database that is not there yet. */
const startPatienceMs = 30_000;
/** How long it waits for a transport. */
const transportWaitMs = 2_000;
/** A migration may rewrite a table, and the other processes wait for the one that does it. */
const migrationMs = 600_000;
/** How long connections may take to say farewell. */
const farewellMs = 2_000;

/**
 * Opens the async core on Postgres, with the queue and the notices on Redis or, without one, on Postgres as
 * well. Brings the database up to date first. Throws SERVICE_UNAVAILABLE when the database stays away,
 * MIGRATION_FAILED.
 */
export async function openJobs(config: JobsConfig): Promise<Jobs> {
  const { databaseUrl, clock, newId, log } = config;
  const limits = { ...defaultLimits, ...config.limits };
  const contact = createContact(clock);
  const starting = createPatience({ clock, log, contact, patienceMs: startPatienceMs });
  const timing: Timing = { answerMs: answerMsOf(limits.leaseMs), clients: new Set() };
  const pool = openPool({
    databaseUrl,
    log,
    timing,
    name: 'tessera',
    connections: limits.databaseConnections,
  });
  const closePool = (): Promise<void> =>
    within(clock, farewellMs, pool.end()).catch(() => {
      for (const client of timing.clients) client.drop(new Error('the process ends'));
    });
  try {
    await starting.outwait(() => bringUpToDate(config), 'again');
    const { queue, notices } = await openTransport(config, { pool, timing, starting });
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
      pingDatabase: () => findWritable(pool),
      async closeConnections() {
        await prisma.$disconnect();
        await closePool();
      },
      contact,
      clock,
      newId,
      log,
      limits,
    });
  } catch (error) {
    await closePool();
    throw error;
  }
}

/**
 * Short beside a lease, so that one silent connection costs no lease, and beside what a caller is asked to
 * wait.
 */
function answerMsOf(leaseMs: number): number {
  return Math.min(3_000, Math.max(1_500, leaseMs / 2));
}

/** Migrates on a connection of its own, whose statements may take long. */
async function bringUpToDate({ databaseUrl, newId, log }: JobsConfig): Promise<void> {
  const timing = { answerMs: migrationMs, clients: new Set<TimedClient>() };
  const pool = new pg.Pool({
    ...sessionOf({ databaseUrl, name: 'tessera-migrate', timing }),
    max: 1,
    Client: TimedClient as unknown as typeof pg.Client,
  });
  pool.on('error', (error) => log.debug({ reason: error.message }, 'migrating connection'));
  try {
    await migrate({ pool, newId, log });
  } finally {
    await pool.end();
  }
}

async function openTransport(
  config: JobsConfig,
  {
    pool,
    timing,
    starting,
  }: { readonly pool: pg.Pool; readonly timing: Timing; readonly starting: Patience },
): Promise<{ readonly queue: JobQueue; readonly notices: Notices }> {
  const { databaseUrl, redisUrl, clock, log, namespace = 'tessera' } = config;
  if (redisUrl === null) {
    const backend = await starting.outwait(() => openPostgresBackend({ databaseUrl, log, timing }), 'again');
    return {
      queue: openBullQueue({ backend, clock, log }),
      notices: openPostgresNotices({ databaseUrl, database: pool, timing, clock, log }),
    };
  }
  const backend = openRedisBackend({ url: redisUrl, namespace, log });
  await soon(connected(backend.asking), clock);
  return {
    queue: openBullQueue({ backend, clock, log }),
    notices: openRedisNotices({ url: redisUrl, namespace, publisher: backend.asking, clock, log }),
  };
}

/** Rejects when the database does not answer, or is a standby that takes no writes. */
async function findWritable(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
  if (rows[0]?.standby !== false) throw new Error('the database takes no writes');
}

/** Waits for a connection, but not for long: a start must not fail because the transport is away. */
function soon(ready: Promise<void>, clock: Clock): Promise<void> {
  return within(clock, transportWaitMs, ready).catch(() => {});
}
