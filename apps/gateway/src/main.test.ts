import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually, startTestPostgres, type TestPostgres } from '@tessera/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { http } from './testing/http.ts';

// The process as the launcher starts it.

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startTestPostgres();
});

afterAll(() => postgres.stop());

function start(env: Readonly<Record<string, string>>): { child: ChildProcess; output: () => string } {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@tessera/source', '--import=tsx', main], {
    env: { PATH: process.env.PATH ?? '', DATABASE_URL: postgres.url, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream!.on('data', (part) => (text += String(part)));
  return { child, output: () => text };
}

async function portOf(child: ChildProcess): Promise<number> {
  const [message] = (await once(child, 'message')) as [{ kind: string; port: number }];
  expect(message.kind).toBe('listening');
  return message.port;
}

/** A gateway is ready when somebody would run what it accepts. */
async function aHostLives(): Promise<void> {
  await postgres.query(
    `insert into host (host, hostname, pid, models, memory_bytes, gpus) values ('h', 'm', 1, '[]', 1, '{}')
     on conflict (host) do update set heartbeat_at = now()`,
  );
}

it('listens, is ready, and on SIGTERM ends the answers it is giving, then itself', async () => {
  const { child } = start({ DRAIN_SECONDS: '0' });
  const url = `http://127.0.0.1:${await portOf(child)}`;
  await aHostLives();
  expect((await http(`${url}/readyz`)).status).toBe(200);
  const model = { identifier: 'm', source: { kind: 'hub', repository: 'm' } };
  expect((await http(`${url}/v1/models`, { body: model })).status).toBe(201);
  const { task_id } = (await http(`${url}/api/main/m/embedding`, { body: { input: ['a'] } })).json;
  const held = await fetch(`${url}/v1/tasks/${task_id}/events`);
  const reader = held.body!.pipeThrough(new TextDecoderStream()).getReader();
  // The first event is there, so the request is held by the server when the signal is sent.
  expect((await reader.read()).value).toContain('event: queued');
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  expect((await reader.read()).done).toBe(true);
  expect(await exit).toEqual([0, null]);
});

it('is not ready while it drains, and still answers', async () => {
  const { child } = start({ DRAIN_SECONDS: '30' });
  const url = `http://127.0.0.1:${await portOf(child)}`;
  expect((await http(`${url}/readyz`)).status).toBe(200);
  child.kill('SIGTERM');
  const draining = await eventually('the gateway not to be ready', async () => {
    const reply = await http(`${url}/readyz`);
    return reply.status === 503 && reply;
  });
  expect(draining.headers.get('connection')).toBe('close');
  expect((await http(`${url}/v1/models`)).status).toBe(200);
  const exit = once(child, 'exit');
  // The supervisor's end does not wait.
  child.disconnect();
  expect(await exit).toEqual([0, null]);
});

it('ends when its supervisor is gone', async () => {
  const { child } = start({ TESSERA_SUPERVISED: '1' });
  await portOf(child);
  const exit = once(child, 'exit');
  child.disconnect();
  expect(await exit).toEqual([0, null]);
});

it.each([
  [{ HOST: '0.0.0.0' }, 'TESSERA_API_KEYS'],
  [{ PORT: 'eighty' }, 'PORT'],
  [{ TESSERA_API_KEYS: 'secret' }, 'name:role:secret'],
])('with %j it refuses to start and says why in one line', async (env, text) => {
  const { child, output } = start(env);
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(output()).toContain(text);
  expect(output()).not.toMatch(/^ {4}at /m);
});
