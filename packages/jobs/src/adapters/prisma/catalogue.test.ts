import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newIdFrom, silentLog, systemClock } from '@tessera/base';
import { eventually, startTestPostgres, type TestPostgres } from '@tessera/testkit';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Jobs } from '../../jobs.ts';
import { openJobs } from '../../open-jobs.ts';
import { echo, newModel, request } from '../../testing/jobs-under-test.ts';
import { migrate } from '../postgres/migrate.ts';
import { createPrismaClient } from './client.ts';

const newId = newIdFrom(systemClock.now);
let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());

describe('the catalogue, keys and hosts, seen from two processes', () => {
  let here: Jobs;
  let there: Jobs;
  beforeEach(async () => {
    const config = {
      databaseUrl: await postgres.newDatabase(),
      redisUrl: null,
      clock: systemClock,
      newId,
      log: silentLog,
    };
    [here, there] = await Promise.all([openJobs(config), openJobs(config)]);
  });
  afterEach(async () => {
    await Promise.all([here.close(), there.close()]);
  });

  it('finds a model by its exact name and by its normal form', async () => {
    const made = await here.catalogue.create({ ...newModel, identifier: 'a/b-c' });
    expect(made).toMatchObject({
      identifier: 'a/b-c',
      batchSize: 32,
      maxInput: 1024,
      version: 1,
      state: 'registered',
    });
    for (const name of ['a/b-c', 'a-b-c', 'a/b/c']) expect(await there.catalogue.read(name)).toEqual(made);
    expect(await there.catalogue.read('a/b')).toBeNull();
    expect(await there.catalogue.list()).toEqual([made]);
  });

  it('refuses a second model of the same normal form', async () => {
    await here.catalogue.create({ ...newModel, identifier: 'a/b' });
    await expect(there.catalogue.create({ ...newModel, identifier: 'a-b' })).rejects.toMatchObject({
      code: 'MODEL_EXISTS',
    });
  });

  it('changes what an update names and nothing else, and tells every process', async () => {
    await here.catalogue.create(newModel);
    await there.catalogue.read(newModel.identifier);
    const told: string[] = [];
    there.catalogue.onChange((identifier) => told.push(identifier));
    const updated = await here.catalogue.update(newModel.identifier, { batchSize: 4 });
    expect(updated).toMatchObject({ batchSize: 4, maxInput: 1024, disableGpu: true, version: 2 });
    await eventually('the notice', () => told.length > 0);
    expect((await there.catalogue.read(newModel.identifier))?.batchSize).toBe(4);
    await expect(here.catalogue.update('no such model', { batchSize: 1 })).rejects.toMatchObject({
      code: 'MODEL_UNKNOWN',
    });
  });

  it('keeps what a host found out', async () => {
    await here.catalogue.create(newModel);
    const ready = await here.catalogue.report(newModel.identifier, {
      state: 'ready',
      capabilities: ['logits'],
      tasks: ['embedding'],
      labels: { '0': 'NO' },
      warnings: ['runs on the CPU'],
    });
    expect(ready).toMatchObject({
      state: 'ready',
      capabilities: ['logits'],
      labels: { '0': 'NO' },
      version: 2,
    });
    const failed = await here.catalogue.report(newModel.identifier, {
      state: 'failed',
      error: 'no such file',
    });
    expect(failed).toMatchObject({
      state: 'failed',
      error: 'no such file',
      capabilities: ['logits'],
      version: 2,
    });
    expect(await here.catalogue.report('no such model', { state: 'ready' })).toBeNull();
  });

  it('removes a model', async () => {
    await here.catalogue.create(newModel);
    expect(await here.catalogue.remove(newModel.identifier)).toBe(true);
    expect(await here.catalogue.read(newModel.identifier)).toBeNull();
    expect(await here.catalogue.remove(newModel.identifier)).toBe(false);
  });

  it('verifies a key until it is revoked anywhere, and never stores it', async () => {
    const { entry, secret } = await here.keys.create({ name: 'a person', role: 'caller' });
    expect(entry).toMatchObject({ role: 'caller', limits: { requestsPerMinute: null }, revokedAt: null });
    expect(Buffer.from(secret.replace('tsr_', ''), 'base64url')).toHaveLength(32);
    expect(await there.keys.verify(secret)).toEqual(entry);
    expect(await there.keys.verify(`${secret}x`)).toBeNull();
    expect(await there.keys.verify('')).toBeNull();
    expect(JSON.stringify(await here.keys.list())).not.toContain(secret);
    expect(await here.keys.revoke(entry.id)).toBe(true);
    expect(await here.keys.verify(secret)).toBeNull();
    await eventually('the other process to hear', async () => (await there.keys.verify(secret)) === null);
    expect(await here.keys.revoke('no such key')).toBe(false);
  });

  it('knows which hosts live', async () => {
    const report = {
      host: 'h',
      hostname: 'machine',
      pid: 1,
      models: [],
      memoryBytes: 2 ** 40,
      gpus: ['cuda:0'],
    };
    await here.hosts.beat(report);
    await here.hosts.beat({ ...report, pid: 2 });
    expect(await there.hosts.list()).toMatchObject([{ ...report, pid: 2, alive: true }]);
    await here.hosts.leave('h');
    expect(await there.hosts.list()).toEqual([]);
  });

  it('lets two hosts of one name live side by side: neither ends the leases of the other', async () => {
    await here.catalogue.create(newModel);
    const report = { host: 'twin', hostname: 'machine', pid: 1, models: [], memoryBytes: 1, gpus: [] };
    await here.hosts.beat(report);
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    await here.consume(newModel.identifier, { host: 'twin', concurrency: 1 }, async ({ payload }) => {
      await finished;
      return echo(payload);
    });
    const { taskId } = await there.submit(request('a'));
    await eventually('a running task', async () => (await there.read(taskId))?.state === 'running');
    let watching = true;
    const succeeding = there.hosts.succeed('twin').finally(() => {
      watching = false;
    });
    await eventually('the watch to see a heart that beats', async () => {
      await here.hosts.beat(report);
      return !watching;
    });
    await succeeding;
    await there.hosts.beat({ ...report, pid: 2 });
    expect((await there.hosts.list()).map((host) => [host.host, host.pid, host.alive])).toEqual([
      ['twin', 1, true],
      ['twin-2', 2, true],
    ]);
    expect((await there.reconcileOnce()).requeued).toEqual([]);
    finish();
    expect(await there.wait(taskId, { timeoutMs: 30_000 })).toMatchObject({ state: 'succeeded', attempt: 1 });
  });

  it('keeps the adapters of a model', async () => {
    const adapter = { identifier: 'lora', model: newModel.identifier, source: newModel.source };
    await here.adapters.create(adapter);
    await expect(here.adapters.create(adapter)).rejects.toMatchObject({ code: 'ADAPTER_EXISTS' });
    expect(await there.adapters.list(newModel.identifier)).toEqual([adapter]);
    expect(await there.adapters.remove(newModel.identifier, 'lora')).toBe(true);
  });
});

describe('migrations', () => {
  const log = silentLog;

  it('are applied once, however many processes start at once', async () => {
    const pool = new pg.Pool({ connectionString: await postgres.newDatabase() });
    const applied = await Promise.all([1, 2, 3].map(() => migrate({ pool, newId, log })));
    const names = readdirSync(new URL('../../../../../prisma/migrations', import.meta.url)).filter((name) =>
      /^\d/.test(name),
    );
    expect(applied.flat().sort()).toEqual(names.sort());
    const { rows } = await pool.query(
      'select migration_name, checksum, applied_steps_count from _prisma_migrations',
    );
    expect(rows).toHaveLength(names.length);
    expect(rows.every((row) => row.applied_steps_count === 1)).toBe(true);
    await pool.end();
  });

  it('make every column that the schema names', async () => {
    const pool = new pg.Pool({ connectionString: await postgres.newDatabase() });
    await migrate({ pool, newId, log });
    const prisma = createPrismaClient(pool);
    const { model, adapter, task, result, apiKey, host, modelStatistic } = prisma;
    for (const table of [model, adapter, task, result, apiKey, host, modelStatistic])
      expect(await (table as typeof prisma.task).findMany()).toEqual([]);
    await prisma.$disconnect();
    await pool.end();
  });

  it('leave nothing behind when they fail, and say which one and why', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tessera-migrations-'));
    const write = (name: string, text: string): void => {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, 'migration.sql'), text);
    };
    const pool = new pg.Pool({ connectionString: await postgres.newDatabase() });
    write('1_good', 'create table good (n int)');
    write('2_bad', 'create table half (n int); create table good (n int)');
    await expect(migrate({ pool, newId, log, folder })).rejects.toThrow(
      /2_bad failed: relation "good" already exists/,
    );
    expect((await pool.query(`select to_regclass('half') as half`)).rows).toEqual([{ half: null }]);
    rmSync(join(folder, '2_bad'), { recursive: true });
    expect(await migrate({ pool, newId, log, folder })).toEqual([]);
    write('1_good', 'create table good (n bigint)');
    await expect(migrate({ pool, newId, log, folder })).rejects.toThrow(/1_good was edited/);
    rmSync(join(folder, '1_good'), { recursive: true });
    await expect(migrate({ pool, newId, log, folder })).rejects.toThrow(/does not know/);
    await pool.end();
    rmSync(folder, { recursive: true });
  });
});
