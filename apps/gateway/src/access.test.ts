import { eventually, startTestPostgres, type TestPostgres } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpOptions, http, type Reply } from './testing/http.ts';
import { startTestGateway, type TestGateway } from './testing/start-gateway.ts';

let postgres: TestPostgres;
let gateway: TestGateway;

beforeAll(async () => {
  postgres = await startTestPostgres();
  gateway = await startTestGateway({
    databaseUrl: await postgres.newDatabase(),
    environmentKeys: 'ann:caller:a:1,bob:caller:b,root:admin:r,eve:reader:e',
  });
  await gateway.addModel({ identifier: 'm' });
});

afterAll(async () => {
  await gateway.stop();
  await postgres.stop();
});

const as = (key: string | null, path: string, options: HttpOptions = {}): Promise<Reply> =>
  http(`${gateway.url}${path}`, {
    ...options,
    headers: { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...options.headers },
  });
const task = { model: 'm', task: 'embedding', input: ['a'] };

describe('who gets in', () => {
  it('nobody without a key, and the native API says how', async () => {
    const reply = await as(null, '/v1/models');
    expect([reply.status, reply.json.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(reply.headers.get('www-authenticate')).toBe('Bearer');
    expect((await as('wrong', '/v1/models')).status).toBe(401);
  });

  it('readers read, callers call, administrators administer', async () => {
    const newModel = { identifier: 'x', source: { kind: 'hub', repository: 'x' } };
    const status = async (key: string, path: string, body?: object): Promise<number> =>
      (await as(key, path, body ? { body } : {})).status;
    expect(await status('e', '/v1/models')).toBe(200);
    expect(await status('e', '/v1/tasks', task)).toBe(403);
    expect(await status('e', '/api/main/m/embedding', { input: ['a'] })).toBe(403);
    expect(await status('a:1', '/v1/tasks', task)).toBe(202);
    expect(await status('a:1', '/v1/models', newModel)).toBe(403);
    expect(await status('a:1', '/v1/keys')).toBe(403);
    expect(await status('r', '/v1/models', newModel)).toBe(201);
    expect(await status('r', '/v1/keys')).toBe(200);
  });

  it('health and the descriptions are open to everybody, metrics are not', async () => {
    await gateway.beat();
    for (const path of [
      '/healthz',
      '/readyz',
      '/docs/',
      '/openapi.json',
      '/v1/openapi.json',
      '/api/models/openapi.json',
    ])
      expect([path, (await as(null, path)).status]).toEqual([path, 200]);
    expect((await as(null, '/metrics')).status).toBe(403);
    expect((await as('e', '/metrics')).status).toBe(200);
  });
});

describe('tasks of other callers', () => {
  it('look unknown everywhere, except to administrators', async () => {
    const { taskId } = (await as('a:1', '/v1/tasks', { body: task })).json;
    const queued = (await as('a:1', '/api/main/m/embedding', { body: { input: ['a'] } })).json.task_id;
    for (const id of [taskId, queued]) {
      for (const path of [
        `/v1/tasks/${id}`,
        `/v1/tasks/${id}/result`,
        `/v1/tasks/${id}/events`,
        `/api/main/task_result/${id}`,
      ])
        expect([path, (await as('b', path)).status]).toEqual([path, 404]);
      expect((await as('b', `/v1/tasks/${id}`, { method: 'DELETE' })).status).toBe(404);
      expect((await as('r', `/v1/tasks/${id}`)).status).toBe(200);
    }
    const seen = async (key: string): Promise<number> => (await as(key, '/v1/tasks')).json.tasks.length;
    expect(await seen('b')).toBe(0);
    expect(await seen('r')).toBeGreaterThanOrEqual(2);
    expect((await as('a:1', `/v1/tasks/${taskId}`, { method: 'DELETE' })).status).toBe(200);
  });

  it('do not share idempotency keys', async () => {
    const headers = { 'idempotency-key': 'same' };
    const first = (await as('a:1', '/v1/tasks', { body: task, headers })).json.taskId;
    const second = (await as('b', '/v1/tasks', { body: task, headers })).json.taskId;
    expect(second).not.toBe(first);
  });
});

describe('keys', () => {
  it('are made, work at once, are limited, and stop working when revoked', async () => {
    const made = await as('r', '/v1/keys', { body: { name: 'skill', role: 'caller', requestsPerMinute: 3 } });
    expect(made.status).toBe(201);
    const { id, secret } = made.json;
    const reply = await as(secret, '/v1/tasks', { body: task });
    expect([reply.status, reply.json.caller]).toEqual([202, id]);
    expect(reply.headers.get('ratelimit-policy')).toBe('"caller";q=3;w=60');
    expect(reply.headers.get('ratelimit')).toMatch(/^"caller";r=2;t=\d+$/);
    await as(secret, '/v1/models');
    await as(secret, '/api/main/m/stats');
    const limited = await as(secret, '/v1/models');
    expect([limited.status, limited.json.code]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    const square = await as(secret, '/api/main/m/stats');
    expect([square.status, square.json.detail]).toEqual([429, expect.stringContaining('Wait')]);
    const listed = (await as('r', '/v1/keys')).json.keys;
    expect(listed).toMatchObject([
      { id, name: 'skill', role: 'caller', requestsPerMinute: 3, revokedAt: null },
    ]);
    expect(JSON.stringify(listed)).not.toContain(secret);
    expect((await as('r', `/v1/keys/${id}`, { method: 'DELETE' })).status).toBe(204);
    await eventually('the key to be refused', async () => (await as(secret, '/v1/models')).status === 401);
    expect((await as('r', '/v1/keys/nobody', { method: 'DELETE' })).json.code).toBe('KEY_UNKNOWN');
  });
});

describe('the door', () => {
  it('is open on loopback while there are no keys, and closes with the first', async () => {
    const open = await startTestGateway({ databaseUrl: await postgres.newDatabase() });
    try {
      expect((await http(`${open.url}/v1/models`)).status).toBe(200);
      const { secret } = (await http(`${open.url}/v1/keys`, { body: { name: 'first', role: 'admin' } })).json;
      await eventually('the door to close', async () => (await http(`${open.url}/v1/models`)).status === 401);
      const headers = { authorization: `Bearer ${secret}` };
      expect((await http(`${open.url}/v1/models`, { headers })).status).toBe(200);
    } finally {
      await open.stop();
    }
  });

  it('does not open on other addresses without keys', async () => {
    const databaseUrl = await postgres.newDatabase();
    await expect(startTestGateway({ databaseUrl, loopback: false })).rejects.toThrow('TESSERA_API_KEYS');
    const locked = await startTestGateway({ databaseUrl, loopback: false, environmentKeys: 'x:admin:s' });
    expect((await http(`${locked.url}/v1/models`)).status).toBe(401);
    await locked.stop();
  });

  it.each(['secret', 'name:king:secret', 'name:admin:', ':admin:secret'])(
    'refuses the environment key %j',
    async (text) => {
      await expect(
        startTestGateway({ databaseUrl: await postgres.newDatabase(), environmentKeys: text }),
      ).rejects.toThrow('name:role:secret');
    },
  );
});
