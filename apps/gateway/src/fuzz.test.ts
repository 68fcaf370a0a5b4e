import { manualClock } from '@tessera/base';
import { startTestPostgres, type TestPostgres } from '@tessera/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { http } from './testing/http.ts';
import { startTestGateway, type TestGateway } from './testing/start-gateway.ts';

let postgres: TestPostgres;
let gateway: TestGateway;
// Time stands still: nothing is held open for longer than it has to be.
const clock = manualClock(Date.parse('2026-01-01T00:00:00Z'));

beforeAll(async () => {
  postgres = await startTestPostgres();
  gateway = await startTestGateway({
    databaseUrl: await postgres.newDatabase(),
    deps: { longPollMs: 0, maxWaitMs: 0, clock },
  });
  await gateway.addModel({ identifier: 'm' });
});

afterAll(async () => {
  await gateway.stop();
  await postgres.stop();
});

it('whatever is asked of it, the gateway is never at fault', async () => {
  const nasty = fc.oneof(
    fc.constantFrom(
      '%00',
      'a%00b',
      '%F0%9F%98%80',
      '%ED%A0%80',
      '%',
      'a%2Fb',
      '..%2f..',
      '__proto__',
      'constructor',
      '01890000-0000-7000-8000-000000000000',
      'deploy-01890000-0000-7000-8000-000000000000',
      'deploy-%00',
      'remove-AA',
      'scale-%00',
      'x'.repeat(2000),
      '-1',
      '1e9',
    ),
    fc.webSegment(),
  );
  const template = fc.constantFrom(
    ...[
      'api/main/*/embedding',
      'api/main/*/*/stats',
      'api/main/*/update',
      'api/*/embedding',
      'api/main/task_result/*',
    ],
    ...[
      'api/models/*/health',
      'api/models/remove/*',
      'api/models/update/*/*',
      'api/models/*/add_worker/*',
      'api/models/deploy',
    ],
    ...[
      'api/models/db/deploy/*',
      'api/models/db/deploy',
      'api/models/task',
      'api/main/m/embedding',
      'api/main/m/update',
    ],
    ...[
      'v1/tasks',
      'v1/tasks/*',
      'v1/tasks/*/result',
      'v1/tasks/*/events',
      'v1/tasks/*/cancel',
      'v1/models',
      'v1/models/*',
    ],
    ...[
      'v1/models/*/*',
      'v1/keys',
      'v1/keys/*',
      'v1/statistics',
      'v1/problems/*',
      'v1/*',
      'docs/*',
      '*/*',
      '*',
    ],
  );
  const path = fc
    .tuple(template, fc.array(nasty, { minLength: 2, maxLength: 2 }))
    .map(([text, fillings]) =>
      fillings.reduce((filled, filling) => filled.replace('*', () => filling), text),
    );
  const query = fc.constantFrom(
    '',
    '?hf_username=%00',
    '?hf_username=a/b',
    '?limit=0',
    '?cursor=%00',
    '?model=%00',
    '?after=-1',
    '?tensors=x',
    '?hours=1e9',
    '?state=queued&state=running',
    '?identifier=%00',
    '?a[b]=c',
  );
  const body = fc.oneof(
    fc.constant(undefined),
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc
      .record({
        model: fc.constantFrom('m', '\u0000', '\ud800'),
        task: fc.constant('embedding'),
        input: fc.json(),
      })
      .map((value) => JSON.stringify(value)),
    fc
      .record({ input: fc.array(fc.string()), model_name: fc.string(), identifier: fc.string() })
      .map((value) => JSON.stringify(value)),
    fc
      .record({ name: fc.string({ unit: 'binary' }), requestsPerMinute: fc.nat() })
      .map((value) => JSON.stringify(value)),
  );
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS');
  await fc.assert(
    fc.asyncProperty(path, query, method, body, async (where, search, verb, raw) => {
      const withBody = raw !== undefined && verb !== 'GET' && verb !== 'OPTIONS';
      // A key that the fuzz makes must not lock it out.
      fc.pre(!(where === 'v1/keys' && verb === 'POST'));
      const reply = await http(`${gateway.url}/${where}${search}`, {
        method: verb,
        ...(withBody ? { raw } : {}),
      });
      expect([verb, where, search, raw, reply.status, reply.text.slice(0, 300)]).toSatisfy(
        ([, , , , status]) => Number(status) < 500,
      );
      if (reply.status >= 400) expect(reply.headers.get('content-type')).toMatch(/json/);
    }),
    { numRuns: 1500 },
  );
});
