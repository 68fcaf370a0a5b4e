import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newIdFrom, silentLog, systemClock } from '@tessera/base';
import { jobPayload } from '@tessera/contracts';
import { openJobs } from '@tessera/jobs';
import { eventually, startTestPostgres, type TestPostgres, watchChild } from '@tessera/testkit';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

// The process as compose and the launcher start it.

const models = fileURLToPath(new URL('../../../models', import.meta.url));
const sentiment = 'tessera/sentiment-en';
let postgres: TestPostgres;
let home: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  postgres = await startTestPostgres();
  home = mkdtempSync(join(tmpdir(), 'tessera-worker-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
});

afterAll(async () => {
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
});

function start(env: Readonly<Record<string, string>> = {}) {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@tessera/source', '--import=tsx', main], {
    env: {
      PATH: process.env.PATH ?? '',
      DATABASE_URL: postgres.url,
      TESSERA_HOME: home,
      MODELS_DIR: models,
      MODEL_THREADS: '1',
      WORKER_PORT: '0',
      LOG_FORMAT: 'json',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  children.push(child);
  return { child, ...watchChild(child) };
}

type Started = ReturnType<typeof start>;

/** Where the health pages are; the log says so before anything else has to be there. */
function portOf({ output }: Started): Promise<number> {
  return eventually('the health pages', () => Number(/"port":(\d+)/.exec(output())?.[1] ?? 0));
}

async function page(port: number, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
}

it('is live, ready and counted; a line tells of each task, and none of its text', async () => {
  const worker = start();
  const port = await portOf(worker);
  expect((await page(port, '/livez')).status).toBe(200);
  await eventually('it to be ready', async () => (await page(port, '/readyz')).status === 200, 60_000);
  const clock = systemClock;
  const newId = newIdFrom(clock.now);
  const jobs = await openJobs({ databaseUrl: postgres.url, redisUrl: null, clock, newId, log: silentLog });
  const submit = async (text: string) => {
    const payload = jobPayload.parse({ task: 'sequence-classification', input: [text], options: {} });
    const shared = { priority: 0, idempotencyKey: null, caller: 'local', timeToLiveMs: null };
    const { taskId } = await jobs.submit({ model: sentiment, kind: 'predict', payload, ...shared });
    return jobs.wait(taskId, { timeoutMs: 60_000 });
  };
  const first = await submit('A secret, funny film.');
  const second = await submit('A secret, dull film.');
  await jobs.close();
  expect(first?.state, JSON.stringify(first)).toBe('succeeded');
  expect(first?.timings.loadMs).toBeGreaterThan(1);
  expect(second?.timings).not.toHaveProperty('loadMs');
  expect(second?.timings).not.toHaveProperty('prepareMs');
  const tenths = (ms: number | undefined): number => (ms ?? 0) * 10;
  expect(tenths(first?.timings.tokenizeMs)).toBeCloseTo(Math.round(tenths(first?.timings.tokenizeMs)), 6);

  const metrics = await eventually('batches to be counted', async () => {
    const { text } = await page(port, '/metrics');
    return /tessera_worker_batched_rows_total\{model="tessera\/sentiment-en"\} 2/.test(text) ? text : null;
  });
  expect(metrics).toContain(
    `tessera_worker_tasks_total{model="${sentiment}",kind="predict",outcome="succeeded"} 2`,
  );
  expect(metrics).toContain(`tessera_worker_model_loads_total{model="${sentiment}",outcome="ready"} 1`);
  expect(metrics).toMatch(/tessera_worker_queue_wait_seconds_count\{[^}]*\} 2/);
  expect(metrics).toMatch(/tessera_worker_model_memory_bytes\{model="tessera\/sentiment-en"\} [1-9]/);
  expect(metrics).toMatch(/tessera_build_info\{version="[^"]+",node="[^"]+"\} 1/);

  const lines = worker
    .output()
    .split('\n')
    .filter((line) => line.includes('"task ended"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ taskId, model, outcome }) => ({ taskId, model, outcome }))).toEqual(
    [first, second].map((view) => ({ taskId: view?.taskId, model: sentiment, outcome: 'succeeded' })),
  );
  expect(worker.output()).not.toContain('secret');

  worker.child.kill('SIGTERM');
  expect(await worker.exit).toBe(0);
});

it('waits for a database that takes no connection, says so, and is told apart from a dead one by its pages', async () => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port: absent } = closed.address() as { port: number };
  await new Promise((resolve) => closed.close(resolve));
  const worker = start({ DATABASE_URL: `postgres://tessera@127.0.0.1:${absent}/tessera` });
  const port = await portOf(worker);
  expect((await page(port, '/livez')).status).toBe(200);
  expect(await page(port, '/readyz')).toMatchObject({ status: 503, text: /waiting for the database/ });
  await eventually(
    'it to say for what it waits',
    () => worker.output().includes('waiting for the database') || null,
  );
  expect(worker.output()).toContain(`127.0.0.1:${absent}`);
  worker.child.kill('SIGTERM');
  expect(await worker.exit).toBe(0);
});

it('waits while the database has no connection left for it, and works when it has', async () => {
  const owner = new pg.Client({ connectionString: postgres.url });
  await owner.connect();
  const url = new URL(await postgres.newDatabase());
  await owner.query(`create role crowded login password 'crowded' connection limit 0`);
  await owner.query(`alter database ${url.pathname.slice(1)} owner to crowded`);
  Object.assign(url, { username: 'crowded', password: 'crowded' });
  const worker = start({ DATABASE_URL: url.href });
  const port = await portOf(worker);
  await eventually(
    'it to say for what it waits',
    () => worker.output().includes('waiting for the database') || null,
  );
  expect(await page(port, '/readyz')).toMatchObject({ status: 503 });
  await owner.query('alter role crowded connection limit -1');
  await owner.end();
  await eventually('it to be ready', async () => (await page(port, '/readyz')).status === 200, 60_000);
});

it('says that it is ill, and ends, when the database has not heard from it for too long', async () => {
  const mortal = await startTestPostgres();
  const worker = start({ DATABASE_URL: mortal.url, MODELS_DIR: home, WORKER_WATCHDOG_SECONDS: '6' });
  const port = await portOf(worker);
  await eventually('it to be ready', async () => (await page(port, '/readyz')).status === 200, 60_000);
  expect((await page(port, '/livez')).status).toBe(200);
  await mortal.kill();
  const ill = await eventually('it to be ill', async () => {
    const live = await page(port, '/livez');
    return live.status === 503 ? live : null;
  });
  expect(ill.text).toMatch(/the database has not heard from this host for \d+ s/);
  expect(await worker.exit).toBe(1);
  await mortal.start();
  await mortal.stop();
});

it.each([
  [{ DATABASE_URL: '' }, 'DATABASE_URL: is needed: postgres://user:password@host:port/database'],
  [{ WORKER_PORT: 'eighty' }, 'WORKER_PORT: is not a port; give a number from 0 to 65535'],
  [{ MODEL_THREADS: '-1' }, 'MODEL_THREADS'],
])('with %j it refuses to start and says why in one line', async (env, text) => {
  const { end, output } = start(env);
  expect(await end).toBe(1);
  expect(output().trim().split('\n')).toEqual([expect.stringContaining(text)]);
});
