import type { TaskView } from '@tessera/contracts';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Consumer, Jobs, JobsConfig } from '../jobs.ts';
import { openJobs } from '../open-jobs.ts';
import { echo, model, newModel, type Servers } from './jobs-under-test.ts';

export const host = 'host-1';

/** Servers of a backend for one suite, and for each of its tests an empty database with one process on it. */
export interface JobsBench {
  readonly jobs: Jobs;
  readonly config: JobsConfig;
  /** One more process on the same database; closed after the test. */
  open(change?: Partial<JobsConfig>): Promise<Jobs>;
  /** Does not close a process after the test that cannot be closed any more. */
  forget(jobs: Jobs): void;
  /** Echoes every task of the test's model. */
  serve(on?: Jobs, concurrency?: number): Promise<Consumer>;
  ended(taskId: string): Promise<TaskView | null>;
  sqlRows(text: string, values?: unknown[]): Promise<readonly Record<string, unknown>[]>;
  /** The leases of a host end now, as if it had not renewed them for long. */
  endLeases(name: string): Promise<unknown>;
  flushQueue(): Promise<void>;
}

/** Call inside a `describe`: it starts and stops what the tests there need. */
export function createJobsBench(backend: { readonly start: () => Promise<Servers> }): JobsBench {
  let servers: Servers;
  let config: JobsConfig;
  let jobs: Jobs;
  let opened: Jobs[];
  beforeAll(async () => {
    servers = await backend.start();
  });
  afterAll(() => servers.stop());
  beforeEach(async () => {
    opened = [];
    config = await servers.configure({ leaseMs: 400, safetyPollMs: 200 });
    jobs = await open();
    await jobs.catalogue.create(newModel);
  });
  afterEach(async () => {
    for (const each of opened) await each.close();
  });

  async function open(change: Partial<JobsConfig> = {}): Promise<Jobs> {
    const fresh = await openJobs({ ...config, ...change });
    opened.push(fresh);
    return fresh;
  }

  async function sqlRows(text: string, values: unknown[] = []): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: config.databaseUrl });
    await client.connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  return {
    get jobs() {
      return jobs;
    },
    get config() {
      return config;
    },
    open,
    forget(gone) {
      opened = opened.filter((each) => each !== gone);
    },
    serve: (on = jobs, concurrency = 8) =>
      on.consume(model, { host, concurrency }, async ({ payload }) => echo(payload)),
    ended: (taskId) => jobs.wait(taskId, { timeoutMs: 30_000 }),
    sqlRows,
    endLeases: (name) =>
      sqlRows(
        `update task set lease_until = now() - interval '1 second' where split_part(host, '#', 1) = $1`,
        [name],
      ),
    async flushQueue() {
      if (servers.redis) await servers.redis.flush();
      else await sqlRows('truncate bullmq.job cascade');
    },
  };
}

/** A promise that a test resolves by hand. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
