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

describe.each(['/openapi.json', '/api/main/openapi.json'])('every described path of %s', (page) => {
  interface Described {
    readonly parameters: readonly { readonly in: string; readonly name: string; readonly example: string }[];
  }
  const described = async (): Promise<[path: string, methods: string[], example: string][]> =>
    Object.entries<Record<string, Described>>((await http(gateway.url + page)).json.paths).map(
      ([path, item]) => {
        const [operation] = Object.values(item);
        const filled = operation!.parameters
          .filter((one) => one.in === 'path')
          .reduce((text, one) => text.replace(`{${one.name}}`, one.example), path);
        return [path, Object.keys(item), filled];
      },
    );

  it('is a route: with each of its methods it is neither unknown nor forbidden', async () => {
    for (const [path, methods, example] of await described())
      for (const method of methods) {
        const { status } = await http(gateway.url + example, {
          method: method.toUpperCase(),
          ...(['get', 'delete'].includes(method) ? {} : { raw: '{}' }),
        });
        expect([method, path, status]).not.toEqual([method, path, 405]);
        const isRoute =
          status !== 404 || (await http(gateway.url + example, { method: 'LINK' })).status === 405;
        expect([method, path, isRoute]).toEqual([method, path, true]);
      }
  });

  it('answers 405 to every other method, and Allow names those there are', async () => {
    for (const [path, methods, example] of await described()) {
      const other = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].find(
        (one) => !methods.includes(one.toLowerCase()),
      )!;
      const reply = await http(gateway.url + example, { method: other });
      expect([path, reply.status]).toEqual([path, 405]);
      expect(reply.headers.get('allow')?.split(', ').sort()).toEqual(
        methods.map((one) => one.toUpperCase()).sort(),
      );
    }
  });
});

it('the model manager is described as a whole', async () => {
  const { json } = await http(`${gateway.url}/api/main/openapi.json`);
  const paths = Object.keys(json.paths).filter((path) => path.startsWith('/api/models/'));
  const expected = [
    'deployed-models',
    'deployed-model-workers',
    'health',
    'deployed-models-health',
    '{identifier}/health',
    'explainers',
    'task',
    'deploy',
    'remove/{identifier}',
    'update/{identifier}',
    '{identifier}/add_worker/{count}',
    '{identifier}/remove_worker/{count}',
    'db/update',
    'db/deploy',
    'task_result/{task_id}',
    'health/heartbeat',
  ];
  for (const path of expected) expect(paths).toContain(`/api/models/${path}`);
});
