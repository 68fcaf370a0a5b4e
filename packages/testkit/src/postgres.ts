import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@tessera/base';
import { type EmbeddedPostgres, endOrphan, startPostgres } from '@tessera/embedded';
import pg from 'pg';

/** A real Postgres of its own, on a free port, in a folder that goes away with it. */
export interface TestPostgres {
  /** Its first database, `tessera`, empty. */
  readonly url: string;
  readonly pid: number;
  /** Makes one more empty database and returns its url, so that test files do not see each other's rows. */
  newDatabase(): Promise<string>;
  /** Runs one statement in the first database, on a connection of its own. */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Takes a table for itself until the returned function is called: whoever else wants its rows waits. */
  lock(table: string): Promise<() => Promise<void>>;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same address and data. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const prefix = 'tessera-test-postgres-';

/** A test run that was killed leaves its servers behind; the next run ends them. */
async function removeLeftOvers(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(prefix))) {
    const home = join(tmpdir(), name);
    if (await endOrphan(home).catch(() => false)) rmSync(home, { recursive: true, force: true });
  }
}

/**
 * Starts a Postgres for a test file; call `stop` in afterAll. Only a `durable` one waits for the disk, as in
 * production.
 */
export async function startTestPostgres({ durable = false } = {}): Promise<TestPostgres> {
  await removeLeftOvers();
  const home = mkdtempSync(join(tmpdir(), prefix));
  // As root the server runs as another user, who must be able to step in.
  chmodSync(home, 0o711);
  let server: EmbeddedPostgres = await startPostgres({ home, log: silentLog, durable });
  let databases = 0;
  return {
    url: server.url,
    get pid() {
      return server.pid;
    },
    async newDatabase() {
      const name = `test_${++databases}`;
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    async query<Row extends object>(text: string, values: readonly unknown[] = []) {
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      try {
        return (await client.query<Row>(text, [...values])).rows;
      } finally {
        await client.end();
      }
    },
    async lock(table) {
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      await client.query(`begin; lock table ${table}`);
      return () => client.end();
    },
    async kill() {
      process.kill(server.pid, 'SIGKILL');
      await server.ended;
    },
    async start() {
      server = await startPostgres({ home, log: silentLog, durable });
    },
    async stop() {
      // Its data goes away with it, so it need not write a last checkpoint.
      process.kill(server.pid, 'SIGQUIT');
      await server.ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}
