import { silentLog } from '@tessera/base';
import { startTestPostgres, startTestProxy, type TestPostgres, type TestProxy } from '@tessera/testkit';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPool } from './open-pool.ts';

describe('connections to Postgres', () => {
  let postgres: TestPostgres;
  let proxy: TestProxy;
  let pool: pg.Pool;
  beforeAll(async () => {
    postgres = await startTestPostgres();
    proxy = await startTestProxy(postgres.url);
  });
  afterAll(async () => {
    await proxy.stop();
    await postgres.stop();
  });
  const open = (answerMs: number): pg.Pool =>
    openPool({
      databaseUrl: proxy.through(postgres.url),
      log: silentLog,
      name: 'test',
      connections: 4,
      timing: { answerMs, clients: new Set() },
    });
  beforeEach(() => {
    pool = open(300);
  });
  afterEach(() => pool.end());

  it('are given up when they fall silent, and the idle ones beside them too', async () => {
    await Promise.all(Array.from({ length: 4 }, () => pool.query('select pg_sleep(0.05)')));
    expect(pool.idleCount).toBe(4);
    proxy.silence();
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    // The next statement meets a new connection, not the next silent one.
    expect((await pool.query<{ n: number }>('select 2 as n')).rows).toEqual([{ n: 2 }]);
    expect(pool.totalCount).toBe(1);
  });

  it('do not wait long for a statement that may take long, once another connection was found silent', async () => {
    const slow = pool.query({ text: 'select pg_sleep(30)', answerMs: 60_000 } as pg.QueryConfig);
    await expect(pool.query('select pg_sleep(1)')).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await expect(slow).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });

  it('wait longer for a statement that says so', async () => {
    await expect(pool.query('select pg_sleep(0.6)')).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    const slow = { text: 'select 1 as n from pg_sleep(0.6)', answerMs: 5_000 };
    expect((await pool.query(slow)).rows).toEqual([{ n: 1 }]);
  });

  it('do not mind an answer that takes long but keeps coming', async () => {
    const { rows } = await pool.query<{ text: string }>(
      `select repeat('x', 2000000) as text, pg_sleep(0.15) from generate_series(1, 4)`,
    );
    expect(rows).toHaveLength(4);
  });

  it('do not end the process when one is dropped that somebody has taken out of the pool', async () => {
    const taken = await pool.connect();
    await expect(pool.query('select pg_sleep(1)')).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await expect(taken.query('select 1')).rejects.toThrow();
    taken.release();
  });

  it('say at once when a lock cannot be had, which left no trace', async () => {
    const calm = open(3_000);
    await postgres.query('create table locked (n int)');
    const unlock = await postgres.lock('locked');
    try {
      await expect(calm.query('insert into locked values (1)')).rejects.toMatchObject({ code: '55P03' });
    } finally {
      await unlock();
      await calm.end();
    }
  });
});
