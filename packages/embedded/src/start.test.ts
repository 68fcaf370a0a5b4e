import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, silentLog } from '@tessera/base';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, endOrphan, startPostgres } from './index.ts';
import { markOf } from './owner.ts';

const running: EmbeddedPostgres[] = [];
const folders: string[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) {
    const pointer = join(folder, 'postgres', 'moved-to');
    if (existsSync(pointer)) rmSync(readFileSync(pointer, 'utf8'), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
});

function newHome(name: string, mode = 0o711): string {
  const folder = mkdtempSync(join(tmpdir(), `tessera ${name} `));
  chmodSync(folder, mode);
  folders.push(folder);
  return folder;
}

async function start(home: string): Promise<EmbeddedPostgres> {
  const server = await startPostgres({ home, log: silentLog });
  running.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded database', () => {
  it('runs from a path with spaces, two homes at once, each with its own data', async () => {
    const [one, two] = await Promise.all([start(newHome('one')), start(newHome('two'))]);
    await query(one.url, 'create table t as select 1 as n');
    await query(two.url, 'create table t as select 2 as n');
    expect(await query(one.url, 'select n from t')).toEqual([{ n: 1 }]);
    expect(await query(two.url, 'select n from t')).toEqual([{ n: 2 }]);
    expect(one.port).not.toBe(two.port);
  });

  it('asks for the password, keeps it readable for the owner only, and listens on loopback', async () => {
    const home = newHome('password');
    const server = await start(home);
    expect(statSync(join(home, 'postgres.password')).mode & 0o777).toBe(0o600);
    const wrong = new URL(server.url);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    expect(await query(server.url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await query(server.url, 'show fsync')).toEqual([{ fsync: 'on' }]);
    expect(await query(server.url, 'show synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
  });

  it('has every acknowledged row after kill -9, on the same address', async () => {
    const home = newHome('killed');
    const first = await start(home);
    await query(first.url, 'create table t as select generate_series(1, 1000) as n');
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    const second = await start(home);
    expect(second.url).toBe(first.url);
    expect(second.adopted).toBe(false);
    expect(await query(second.url, 'select count(*)::int as n from t')).toEqual([{ n: 1000 }]);
  });

  it('ends at once when told to hurry, with every acknowledged row at the next start', async () => {
    const home = newHome('hurry');
    const first = await start(home);
    await query(first.url, 'create table t as select 1 as n');
    first.endAtOnce();
    await first.ended;
    const second = await start(home);
    expect(second.adopted).toBe(false);
    expect(await query(second.url, 'select n from t')).toEqual([{ n: 1 }]);
  });

  it('takes over a server whose launcher is gone', async () => {
    const home = newHome('orphan');
    const first = await start(home);
    writeFileSync(
      join(home, 'postgres.json'),
      JSON.stringify({ owner: { pid: 2 ** 22 - 1, startedAt: 'long ago' }, port: first.port }),
    );
    const second = await start(home);
    expect(second).toMatchObject({ adopted: true, pid: first.pid, url: first.url });
    await second.stop();
    await first.ended;
  });

  it('ends a server whose launcher is gone when asked to, and never one whose launcher lives', async () => {
    const home = newHome('orphan');
    const server = await start(home);
    expect(await endOrphan(home)).toBe(false);
    expect(await query(server.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    writeFileSync(
      join(home, 'postgres.json'),
      JSON.stringify({ owner: { pid: 2 ** 22 - 1, startedAt: 'long ago' }, port: server.port }),
    );
    expect(await endOrphan(home)).toBe(true);
    await server.ended;
  });

  it('is not confused by a stale postmaster.pid that names a living stranger', async () => {
    const home = newHome('stale');
    const first = await start(home);
    const pidFile = [join(home, 'postgres', 'server', 'data', 'postmaster.pid')];
    const text = readFileSync(pidFile[0]!, 'utf8');
    await first.stop();
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    children.push(stranger);
    writeFileSync(pidFile[0]!, text.replace(/^\d+/, String(stranger.pid)));
    chmodSync(pidFile[0]!, 0o666);
    const second = await start(home);
    expect(second.adopted).toBe(false);
    expect(second.pid).not.toBe(stranger.pid);
    expect(stranger.exitCode).toBeNull();
  });

  it('refuses a home that another living launcher owns, and says who', async () => {
    const home = newHome('busy');
    const server = await start(home);
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    children.push(other);
    writeFileSync(
      join(home, 'postgres.json'),
      JSON.stringify({ owner: markOf(other.pid!), port: server.port }),
    );
    const refusal = await startPostgres({ home, log: silentLog }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(AppError);
    expect(refusal).toMatchObject({ code: 'HOME_IN_USE', detail: { pid: other.pid, home } });
  });

  it('finds another port when its own was taken meanwhile', async () => {
    const home = newHome('port');
    const first = await start(home);
    await first.stop();
    const thief = createServer();
    await new Promise<void>((resolve) => thief.listen(first.port, '127.0.0.1', resolve));
    try {
      const second = await start(home);
      expect(second.port).not.toBe(first.port);
      expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    } finally {
      thief.close();
    }
  });

  it('works below a folder that only its owner may enter', async () => {
    const server = await start(newHome('private', 0o700));
    expect(await query(server.url, 'select current_database() as name')).toEqual([{ name: 'tessera' }]);
  });

  it('recovers from a lock file of a launcher that died while starting', async () => {
    const home = newHome('lock');
    writeFileSync(join(home, 'starting.lock'), String(2 ** 22 - 1));
    const server = await start(home);
    expect(await query(server.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('says why when it cannot start', async () => {
    const home = newHome('broken');
    const options = { home, log: silentLog, binariesDir: join(home, 'nothing-here') };
    await expect(startPostgres(options)).rejects.toMatchObject({ code: 'EMBEDDED_DATABASE_FAILED' });
  });
});
