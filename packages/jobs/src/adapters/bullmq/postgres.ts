import type { Log } from '@tessera/base';
import { createPostgresBackend, type PostgresConnectionOptions, runMigrations, withBackend } from 'bullmq';
import type pg from 'pg';
import { openPool } from '../postgres/open-pool.ts';
import type { Timing } from '../postgres/timed-client.ts';
import type { BullBackend, JobData } from './backend.ts';
import { PreparedClient } from './prepared-client.ts';

const { Queue, Worker } = withBackend(createPostgresBackend);

/** BullMQ's own schema inside our database. */
const schema = 'bullmq';

/** Connections for adding jobs, and for each worker: one that listens and one that moves jobs. */
const askingConnections = 3;
const workerConnections = 2;

/** BullMQ on Postgres: slower than Redis, and nothing to install. */
export async function openPostgresBackend(options: {
  readonly databaseUrl: string;
  readonly log: Log;
  readonly timing: Timing;
}): Promise<BullBackend> {
  const { databaseUrl, log, timing } = options;
  const pool = openPool({
    databaseUrl,
    log,
    timing,
    name: 'tessera-queue',
    // The queue may lose its last moments in a crash of Postgres, because the reconciler rebuilds it from the
    // rows: it need not wait for the disk. The rows, on their own pool, do.
    settings: `-c search_path=${schema} -c synchronous_commit=off`,
    connections: askingConnections,
    Client: PreparedClient,
  });
  // Every queue and worker listens to the pool's errors.
  pool.setMaxListeners(0);
  await migrateQueue(pool).catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  // pg's own types and BullMQ's picture of them differ in overloads only.
  const connection = pool as unknown as PostgresConnectionOptions;
  return {
    // Its bulk command makes two temporary tables each time, which pays from a handful of jobs on.
    bulkFrom: 6,
    // The pool connects anew for each statement; the row store is in the same database anyway.
    isUp: () => true,
    openQueue: (name) => new Queue<JobData>(name, { connection }),
    openWorker(name, take, settings) {
      pool.options.max = (pool.options.max ?? askingConnections) + workerConnections;
      const worker = new Worker<JobData>(name, (job) => take(job.data.taskId), { ...settings, connection });
      worker.once('closed', () => {
        pool.options.max = (pool.options.max ?? askingConnections) - workerConnections;
      });
      return worker;
    },
    async known(name, ids) {
      const { rows } = await pool.query<{ id: string }>({
        name: 'bullmq-known',
        text: 'select id from job where queue = $1 and id = any($2::text[])',
        values: [name, ids],
      });
      return new Set(rows.map((row) => row.id));
    },
    ping: () => pool.query('select 1'),
    close: () => pool.end(),
  };
}

async function migrateQueue(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client, schema);
  } finally {
    client.release();
  }
}
