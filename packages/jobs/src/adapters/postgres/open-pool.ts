import type { Log } from '@tessera/base';
import pg from 'pg';
import { TimedClient, type Timing } from './timed-client.ts';

export interface PoolOptions {
  readonly databaseUrl: string;
  readonly log: Log;
  /** As Postgres lists it. */
  readonly name: string;
  readonly connections: number;
  /** Shared by all connections of the process to this database. */
  readonly timing: Timing;
  /** Settings of the session, as in `-c search_path=bullmq`. */
  readonly settings?: string;
  readonly Client?: new (config: pg.ClientConfig & { readonly timing: Timing }) => TimedClient;
}

/**
 * How long a statement may run at all; the backstop behind `answerMs`, for what nobody waits for any more.
 */
const statementMs = 60_000;
const connectMs = 5_000;

/** A pool whose connections and statements all have time limits. */
export function openPool(options: PoolOptions): pg.Pool {
  const { databaseUrl, log, name, connections, timing, settings = '', Client = TimedClient } = options;
  const pool = new pg.Pool({
    ...sessionOf({ databaseUrl, name, timing }),
    // Waiting for a lock ends sooner than the connection would, and with an answer that says that nothing was
    // done.
    options: `-c lock_timeout=${Math.round(timing.answerMs * 0.8)} -c statement_timeout=${statementMs} ${settings}`,
    max: connections,
    Client: Client as unknown as typeof pg.Client,
  });
  pool.on('error', (error) => log.debug({ pool: name, reason: error.message }, 'database connection'));
  return pool;
}

/** What every connection is opened with. */
export function sessionOf(options: {
  readonly databaseUrl: string;
  readonly name: string;
  readonly timing: Timing;
}): pg.ClientConfig & { readonly timing: Timing } {
  return {
    connectionString: options.databaseUrl,
    application_name: options.name,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: connectMs,
    timing: options.timing,
  };
}
