import { request as rawRequest } from 'node:http';
import { eventually, startTestPostgres, type TestPostgres } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { http } from './testing/http.ts';
import { startTestGateway, type TestGateway } from './testing/start-gateway.ts';

// What a page of a stranger, open in a browser on this machine, can send to a server without keys.

let postgres: TestPostgres;
let open: TestGateway;
let locked: TestGateway;

beforeAll(async () => {
  postgres = await startTestPostgres();
  open = await startTestGateway({
    databaseUrl: await postgres.newDatabase(),
    deps: { trustedHosts: new Set(['tessera.test']) },
  });
  locked = await startTestGateway({
    databaseUrl: await postgres.newDatabase(),
    environmentKeys: 'skill:caller:s',
  });
  await locked.addModel({ identifier: 'm' });
});

afterAll(async () => {
  await open.stop();
  await locked.stop();
  await postgres.stop();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** As a browser sends it: fetch may set neither Host nor Origin. */
function send(
  gateway: TestGateway,
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = rawRequest(gateway.url + path, { method, headers }, (response) => {
      let text = '';
      response.on('data', (part) => (text += String(part)));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const model = JSON.stringify({ identifier: 'evil', source: { kind: 'hub', repository: 'evil/evil' } });
const json = { 'content-type': 'application/json' };

describe('a server without keys', () => {
  it.each([
    [
      'a simple request of a foreign page',
      { 'content-type': 'text/plain', origin: 'http://evil.example' },
      403,
    ],
    ['JSON of a foreign page', { ...json, origin: 'http://evil.example' }, 403],
    ['a page that hides its origin', { ...json, origin: 'null' }, 403],
    ['a page whose name looks like ours', { ...json, origin: 'http://localhost.evil.example' }, 403],
    ['a foreign name that points here', { ...json, host: 'evil.example' }, 403],
    ['a foreign name with our port', { ...json, host: 'evil.example:8000' }, 403],
    ['text without an origin', { 'content-type': 'text/plain' }, 415],
    ['a form without an origin', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ])('refuses %s', async (_, headers, status) => {
    const reply = await send(open, '/v1/models', { method: 'POST', headers, body: model });
    expect(reply.status).toBe(status);
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
    expect(reply.headers['access-control-allow-credentials']).toBeUndefined();
    expect(JSON.parse(reply.text).code).toBe(status === 403 ? 'FOREIGN_PAGE' : 'JSON_REQUIRED');
    expect(await open.jobs.catalogue.read('evil')).toBeNull();
  });

  it('refuses foreign pages in the words of SQuARE too, and where no body is read', async () => {
    const headers = { origin: 'http://evil.example' };
    const deploy = await send(open, '/api/models/db/deploy', { method: 'POST', headers });
    expect([deploy.status, JSON.parse(deploy.text).detail]).toEqual([
      403,
      expect.stringContaining('evil.example'),
    ]);
    const read = await send(open, '/v1/tasks', { headers: { host: 'evil.example' } });
    expect(read.status).toBe(403);
    expect((await send(open, '/metrics', { headers: { host: 'evil.example' } })).status).toBe(403);
  });

  it('gives no foreign page leave to send JSON', async () => {
    const asks = {
      origin: 'http://evil.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    };
    const reply = await send(open, '/v1/models', { method: 'OPTIONS', headers: asks });
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each([
    ['another page of this machine', { origin: 'http://localhost:3000' }],
    ['a page over IPv6', { origin: 'http://[::1]:3000' }],
    ['a name that TRUSTED_HOSTS has', { origin: 'https://tessera.test', host: 'tessera.test' }],
  ])('lets in %s, without credentials', async (_, headers) => {
    const reply = await send(open, '/v1/models', { headers });
    expect(reply.status).toBe(200);
    expect(reply.headers['access-control-allow-origin']).toBe(headers.origin);
    expect(reply.headers['access-control-allow-credentials']).toBeUndefined();
  });

  it('lets in whoever is no page', async () => {
    expect((await send(open, '/v1/models', { headers: { host: 'localhost:1' } })).status).toBe(200);
    const body = JSON.stringify({ input: ['a'] });
    const reply = await send(open, '/api/main/nobody/embedding', { method: 'POST', headers: json, body });
    expect(reply.status).toBe(404);
  });
});

describe('a server with keys', () => {
  it('answers any page that has one, as SQuARE does, whatever it calls its body', async () => {
    const headers = { origin: 'http://square.example', authorization: 'Bearer s', host: 'square.example' };
    const body = JSON.stringify({ input: ['a'] });
    const reply = await send(locked, '/api/main/m/embedding', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'text/plain' },
      body,
    });
    expect(reply.status).toBe(200);
    expect(reply.headers['access-control-allow-origin']).toBe('http://square.example');
  });
});

describe('the last key', () => {
  it('does not open the door again when it is revoked, here or after a restart', async () => {
    const databaseUrl = await postgres.newDatabase();
    const gateway = await startTestGateway({ databaseUrl });
    const made = (await http(`${gateway.url}/v1/keys`, { body: { name: 'first', role: 'admin' } })).json;
    const headers = { authorization: `Bearer ${made.secret}` };
    await eventually(
      'the door to close',
      async () => (await http(`${gateway.url}/v1/models`)).status === 401,
    );
    const revoked = await http(`${gateway.url}/v1/keys/${made.id}`, { method: 'DELETE', headers });
    expect(revoked.status).toBe(204);
    await eventually(
      'the key to be refused',
      async () => (await http(`${gateway.url}/v1/models`, { headers })).status === 401,
    );
    expect((await http(`${gateway.url}/v1/models`)).status).toBe(401);
    await gateway.stop();
    const again = await startTestGateway({ databaseUrl });
    expect((await http(`${again.url}/v1/models`)).status).toBe(401);
    await again.stop();
  });
});
