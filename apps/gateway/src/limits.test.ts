import { gzipSync } from 'node:zlib';
import { AppError } from '@tessera/base';
import { eventually, startTestPostgres, type TestPostgres } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpOptions, http, type Reply } from './testing/http.ts';
import { recordingLog } from './testing/recording-log.ts';
import { startTestGateway, succeeded, type TestGateway } from './testing/start-gateway.ts';

let postgres: TestPostgres;
let gateway: TestGateway;
const { log, lines } = recordingLog();
const features = { explain: true, attack: true, generation: true, adapters: false };

beforeAll(async () => {
  postgres = await startTestPostgres();
  gateway = await startTestGateway({
    databaseUrl: await postgres.newDatabase(),
    environmentKeys: 'root:admin:r,ann:caller:a,bob:caller:b',
    deps: { log, maxOpenRequests: 3, maxEventStreams: 2, maxModelCalls: 50, features },
  });
  await gateway.addModel({ identifier: 'm' });
});

afterAll(async () => {
  await gateway.stop();
  await postgres.stop();
});

const as = (key: string, path: string, options: HttpOptions = {}): Promise<Reply> =>
  http(gateway.url + path, { ...options, headers: { authorization: `Bearer ${key}`, ...options.headers } });
const task = { model: 'm', task: 'embedding', input: ['a'] };
const errors = (): object[] => lines.filter(({ level }) => level === 'error');

describe('a body that cannot be unpacked', () => {
  const packed = gzipSync(JSON.stringify(task));

  it.each([
    ['broken', Buffer.from('this is no gzip')],
    ['truncated', packed.subarray(0, packed.length - 12)],
  ])('is the fault of who sent it: %s', async (_, bytes) => {
    const raw = new Uint8Array(bytes);
    const headers = { 'content-encoding': 'gzip' };
    const native = await as('a', '/v1/tasks', { raw, headers });
    expect([native.status, native.json.code, native.json.field]).toEqual([400, 'BODY_NOT_JSON', 'body']);
    const square = await as('a', '/api/main/m/embedding', { raw, headers });
    expect([square.status, square.json.detail[0].loc]).toEqual([422, ['body']]);
    expect(errors()).toEqual([]);
  });

  it('is read when it is whole', async () => {
    const reply = await as('a', '/v1/tasks', {
      raw: new Uint8Array(packed),
      headers: { 'content-encoding': 'gzip' },
    });
    expect(reply.status).toBe(202);
  });
});

describe('a body of eight million brackets', () => {
  it.each([
    ['opened', '['.repeat(8e6)],
    ['opened and closed', '['.repeat(4e6) + ']'.repeat(4e6)],
    ['small', '['.repeat(20_000) + ']'.repeat(20_000)],
  ])('is refused before anybody goes into it: %s', async (_, raw) => {
    const startMs = performance.now();
    const reply = await as('a', '/v1/tasks', { raw });
    expect([reply.status, reply.json.code]).toEqual([422, 'BODY_TOO_DEEP']);
    const square = await as('a', '/api/main/m/embedding', {
      raw: `{"input":["a"],"task_kwargs":{"x":${raw}}}`,
    });
    expect([square.status, square.json.detail[0].type]).toEqual([422, 'value_error.body_too_deep']);
    // V8 took 11 s to parse one of them.
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});

describe('a budget of model calls', () => {
  it('holds for whoever is no administrator, where none or a larger one was asked for', async () => {
    await gateway.addModel({ identifier: 'explained' });
    const seen: Record<string, unknown> = {};
    await gateway.work('explained', async (run) => {
      seen[run.taskId] = (run.payload.explain ?? run.payload.attack)?.budget;
      return succeeded();
    });
    const ask = async (key: string, budget?: object): Promise<unknown> => {
      const explain = { method: 'occlusion', ...(budget && { budget }) };
      const body = { ...task, model: 'explained', task: 'sequence-classification', explain };
      const reply = await as(key, '/v1/tasks', { body, headers: { prefer: 'wait=10' } });
      return seen[reply.json.taskId];
    };
    expect(await ask('a')).toEqual({ model_calls: 50 });
    expect(await ask('a', { model_calls: 7, seconds: 1 })).toEqual({ model_calls: 7, seconds: 1 });
    expect(await ask('a', { model_calls: 1000 })).toEqual({ model_calls: 50 });
    expect(await ask('r')).toEqual({});
    const square = await as('a', '/api/main/explained/sequence-classification', {
      body: { input: ['a'], explain_kwargs: { method: 'occlusion' } },
    });
    await as('a', `/api/main/task_result/${square.json.task_id}`);
    expect(seen[square.json.task_id]).toEqual({ model_calls: 50 });
  });
});

describe('numbers that no store holds', () => {
  const source = { kind: 'hub', repository: 'x' };

  it.each([
    ['POST', '/v1/keys', { name: 'k', requestsPerMinute: 1e12 }, 'requestsPerMinute'],
    ['POST', '/v1/models', { identifier: 'n', source, maxInput: 1e12 }, 'maxInput'],
    ['POST', '/v1/models', { identifier: 'n', source, batchSize: 1e12 }, 'batchSize'],
    ['PATCH', '/v1/models/m', { maxInput: 1e12 }, 'maxInput'],
    ['PATCH', '/v1/models/m', { batchSize: 1e12 }, 'batchSize'],
    ['POST', '/v1/tasks', { ...task, timeToLiveMs: 1e15 }, 'timeToLiveMs'],
  ])('%s %s %j is 422 and names the field', async (method, path, body, field) => {
    const reply = await as('r', path, { method, body });
    expect([reply.status, reply.json.field]).toEqual([422, field]);
  });

  it.each([
    ['POST', '/api/main/m/update', 'max_input'],
    ['POST', '/api/main/m/update', 'batch_size'],
    ['PATCH', '/api/models/update/m', 'max_input'],
  ])('%s %s %s too', async (method, path, field) => {
    const reply = await as('r', path, { method, body: { [field]: 1e12 } });
    expect([reply.status, reply.json.detail[0].loc]).toEqual([422, ['body', field]]);
  });
});

describe('what one caller holds open', () => {
  it('is limited, streams more than others, and free again when it ends', async () => {
    const { taskId } = (await as('a', '/v1/tasks', { body: task })).json;
    const ends = new AbortController();
    const stream = (key: string): Promise<Response> =>
      fetch(`${gateway.url}/v1/tasks/${taskId}/events`, {
        headers: { authorization: `Bearer ${key}` },
        signal: ends.signal,
      });
    expect([(await stream('a')).status, (await stream('a')).status]).toEqual([200, 200]);
    const third = await stream('a');
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await third.json()).toMatchObject({
      code: 'TOO_MANY_OPEN',
      detail: expect.stringContaining('MAX_EVENT_STREAMS'),
    });
    const held = as('a', `/v1/tasks/${taskId}`, { headers: { prefer: 'wait=10' } });
    const refused = await eventually('the third to be open', async () => {
      const reply = await as('a', '/api/main/m/stats');
      return reply.status === 429 && reply;
    });
    expect(refused.json.detail).toContain('MAX_OPEN_REQUESTS');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await as('b', '/v1/models')).status).toBe(200);
    ends.abort();
    await as('r', `/v1/tasks/${taskId}`, { method: 'DELETE' });
    expect((await held).status).toBe(200);
    await eventually('the streams to be gone', async () => (await as('a', '/v1/models')).status === 200);
  });
});

describe('status', () => {
  it('shows callers their own tasks and administrators everything', async () => {
    await gateway.jobs.hosts.beat({
      host: 'h',
      hostname: 'secret.example',
      pid: 1,
      models: [],
      memoryBytes: 0,
      gpus: [],
    });
    await gateway.addModel({ identifier: 'counted' });
    await as('a', '/v1/tasks', { body: { ...task, model: 'counted' } });
    const seen = async (key: string) => (await as(key, '/v1/status')).json;
    const mine = (status: { counts: { models: { model: string }[] } }): object | undefined =>
      status.counts.models.find(({ model }) => model === 'counted');
    expect(mine(await seen('a'))).toEqual({ model: 'counted', queued: 1, running: 0 });
    expect(mine(await seen('b'))).toBeUndefined();
    expect(mine(await seen('r'))).toEqual({ model: 'counted', queued: 1, running: 0 });
    expect((await seen('b')).hosts).toEqual([]);
    expect((await seen('r')).hosts).toHaveLength(1);
  });
});

describe('the log', () => {
  it('takes a cancelled task for no fault of the server, in either dialect', async () => {
    const { task_id } = (await as('a', '/api/main/m/embedding', { body: { input: ['a'] } })).json;
    await as('a', `/v1/tasks/${task_id}`, { method: 'DELETE' });
    const square = await as('a', `/api/main/task_result/${task_id}`, {
      headers: { accept: 'application/json' },
    });
    expect([square.status, square.json.detail]).toEqual([500, 'The task was cancelled.']);
    const native = await as('a', `/v1/tasks/${task_id}/result`);
    expect([native.status, native.json.code]).toEqual([409, 'TASK_CANCELLED']);
    expect(errors()).toEqual([]);
  });

  it('has the details of whatever is said to have gone wrong, once, under the id that the caller is told', async () => {
    const broken = new Error('the inside');
    const failing = await startTestGateway({
      databaseUrl: await postgres.newDatabase(),
      deps: {
        log,
        jobs: {
          ...gateway.jobs,
          catalogue: { ...gateway.jobs.catalogue, list: () => Promise.reject(broken) },
        },
      },
    });
    for (const path of ['/v1/models', '/api/models/deployed-models']) {
      const reply = await http(failing.url + path, { headers: { 'x-request-id': `id-of-${path.length}` } });
      expect([reply.status, reply.text.includes('inside')]).toEqual([500, false]);
      expect(reply.json.detail).toContain(`(request id-of-${path.length})`);
      expect(errors().filter((line) => JSON.stringify(line).includes(`id-of-${path.length}`))).toEqual([
        expect.objectContaining({ err: broken }),
      ]);
    }
    await failing.stop();
  });

  it.each(['P1001', 'P2024', 'P2037', '53100', '57P03', '25006', '58030'])(
    'tells a store that is away, whatever says so, from a fault: %s',
    async (code) => {
      const away = Object.assign(new Error('the inside'), { code });
      const failing = await startTestGateway({
        databaseUrl: await postgres.newDatabase(),
        deps: {
          log,
          jobs: {
            ...gateway.jobs,
            catalogue: { ...gateway.jobs.catalogue, list: () => Promise.reject(away) },
          },
        },
      });
      for (const path of ['/v1/models', '/api/models/deployed-models']) {
        const reply = await http(failing.url + path);
        expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '2']);
        expect(reply.text).not.toContain('inside');
      }
      await failing.stop();
    },
  );

  it('is where a task that failed for no known reason is found, and the reply says under which id', async () => {
    await gateway.addModel({ identifier: 'failing' });
    await gateway.work('failing', async () => ({ kind: 'failed', error: new AppError('INTERNAL') }));
    const { task_id } = (await as('a', '/api/main/failing/embedding', { body: { input: ['a'] } })).json;
    const reply = await as('a', `/api/main/task_result/${task_id}`);
    expect([reply.status, reply.text]).toEqual([500, expect.stringContaining(`(request ${task_id})`)]);
    const native = await as('a', `/v1/tasks/${task_id}/result`);
    expect(native.json.detail).toContain(`(request ${task_id})`);
    const view = await as('a', `/v1/tasks/${task_id}`);
    expect(view.json.error.text).toContain(`(request ${task_id})`);
  });
});
