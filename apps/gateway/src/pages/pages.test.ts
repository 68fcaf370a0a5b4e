import { startTestPostgres, type TestPostgres } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { http } from '../testing/http.ts';
import { startTestGateway, type TestGateway } from '../testing/start-gateway.ts';

let postgres: TestPostgres;
let gateway: TestGateway;

beforeAll(async () => {
  postgres = await startTestPostgres();
  gateway = await startTestGateway({ databaseUrl: await postgres.newDatabase() });
  await gateway.addModel({ identifier: 'm' });
});

afterAll(async () => {
  await gateway.stop();
  await postgres.stop();
});

describe('the docs page', () => {
  it('loads everything from this server', async () => {
    const page = await http(`${gateway.url}/docs/`);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      expect(link).toMatch(/^\/docs\//);
      expect([link, (await http(gateway.url + link)).status]).toEqual([link, 200]);
    }
  });

  it('serves nothing else of the package', async () => {
    for (const path of ['package.json', '..%2fpackage.json', 'swagger-ui.js.map'])
      expect((await http(`${gateway.url}/docs/${path}`)).status).toBe(404);
  });
});

describe('the page of a problem', () => {
  it('is text for a person and JSON for a program', async () => {
    const url = `${gateway.url}/v1/problems/MODEL_UNKNOWN`;
    const page = await http(url, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.text).toContain('No model is called');
    expect(page.text).toContain('404');
    expect((await http(url)).json).toMatchObject({ code: 'MODEL_UNKNOWN', status: 404 });
  });
});

describe.each(['/openapi.json', '/v1/openapi.json', '/api/main/openapi.json'])('%s', (path) => {
  it('is OpenAPI 3.1 whose references all resolve', async () => {
    const { json, text } = await http(gateway.url + path);
    expect(json.openapi).toBe('3.1.0');
    const references = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1]!);
    expect(references.length).toBeGreaterThan(10);
    for (const name of references) expect(json.components.schemas).toHaveProperty(name);
  });

  it('has an answer for every operation, and no operation twice', async () => {
    const { json } = await http(gateway.url + path);
    // biome-ignore lint/suspicious/noExplicitAny: a document of unknown shape is looked at.
    const operations: any[] = Object.values(json.paths).flatMap((item) => Object.values(item as object));
    for (const operation of operations) expect(Object.keys(operation.responses).length).toBeGreaterThan(0);
    const ids = operations.map((operation) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('health', () => {
  it('tells the process from its parts', async () => {
    expect((await http(`${gateway.url}/healthz`)).json).toEqual({ status: 'up' });
    expect((await http(`${gateway.url}/readyz`)).json).toMatchObject({ status: 'not ready', hosts: 'down' });
    await gateway.beat();
    expect((await http(`${gateway.url}/readyz`)).json).toEqual({
      status: 'ready',
      database: 'up',
      queue: 'up',
      hosts: 'up',
    });
  });

  it('metrics count requests by route and tasks by model', async () => {
    const body = { input: ['a'] };
    await http(`${gateway.url}/api/main/m/embedding`, { body });
    await http(`${gateway.url}/api/main/m/embedding`, { body });
    await http(`${gateway.url}/no/such/path`);
    const { text } = await http(`${gateway.url}/metrics`);
    expect(text).toContain(
      'tessera_http_request_duration_seconds_count{method="POST",route="square:prediction",status="200"} 2',
    );
    expect(text).toContain('tessera_tasks{model="m",state="queued"} 2');
    expect(text).not.toContain('no/such/path');
  });

  it('a store that is gone is 503 for readiness and for submissions, and nothing is said of the inside', async () => {
    await postgres.kill();
    try {
      expect((await http(`${gateway.url}/readyz`)).json).toMatchObject({
        status: 'not ready',
        database: 'down',
      });
      const reply = await http(`${gateway.url}/v1/tasks`, {
        body: { model: 'm', task: 'embedding', input: ['a'] },
      });
      expect([reply.status, reply.json.code, reply.headers.get('retry-after')]).toEqual([
        503,
        'SERVICE_UNAVAILABLE',
        '2',
      ]);
      expect(reply.text).not.toMatch(/ECONNREFUSED|postgres|stack|127\.0\.0\.1/i);
    } finally {
      await postgres.start();
    }
  });
});
