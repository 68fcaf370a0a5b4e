import { AppError } from '@tessera/base';
import { float32, taskNames } from '@tessera/contracts';
import { decodeNpy } from '@tessera/dialects';
import { startTestPostgres, type TestPostgres } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { http, type Reply } from '../../apps/gateway/src/testing/http.ts';
import {
  startTestGateway,
  succeeded,
  type TestGateway,
} from '../../apps/gateway/src/testing/start-gateway.ts';

// The API cases of docs/square-wire.md#acceptance-cases, as SQuARE's own clients and tests would see them:
// real HTTP, a real database.

let postgres: TestPostgres;
let gateway: TestGateway;

const ones = float32([10, 10], new Float32Array(100).fill(1));

beforeAll(async () => {
  postgres = await startTestPostgres();
  gateway = await startTestGateway({ databaseUrl: await postgres.newDatabase() });
  await gateway.addModel({ identifier: 'user/model', maxInput: 50, modelType: 'transformer' });
  await gateway.addModel({ identifier: 'plain', returnPlaintextArrays: true });
  await gateway.addModel({ identifier: 'broken' });
  await gateway.addModel({ identifier: 'idle', maxInput: 50 });
  await gateway.addModel({ identifier: 'sentences', modelType: 'sentence-transformer' });
  for (const identifier of ['user/model', 'plain'])
    await gateway.work(identifier, async () =>
      succeeded(
        {},
        {
          logits: ones,
          'attentions.0': ones,
          'attentions.1': ones,
          odd: float32([3], [Number.NaN, Infinity, -Infinity]),
        },
      ),
    );
  await gateway.work('broken', async () => ({
    kind: 'failed',
    error: new AppError('MODEL_LOAD_FAILED', { detail: { model: 'broken', reason: 'no such file' } }),
  }));
});

afterAll(async () => {
  await gateway.stop();
  await postgres.stop();
});

const predict = (path: string, body: unknown = { input: ['this is a test'] }): Promise<Reply> =>
  http(`${gateway.url}/api/main/${path}`, { body });
const result = (taskId: string, headers: Record<string, string> = {}): Promise<Reply> =>
  http(`${gateway.url}/api/main/task_result/${taskId}`, { headers });

describe('API', () => {
  it('1: the heart beats and GET / is 404', async () => {
    const beat = await http(`${gateway.url}/api/main/health/heartbeat`);
    expect([beat.status, beat.json]).toEqual([200, { is_alive: true }]);
    const root = await http(gateway.url);
    expect([root.status, root.json]).toEqual([404, { detail: 'Not Found' }]);
  });

  it.each(taskNames)('2: %s is queued, at its model, with a message and a task id', async (task) => {
    const reply = await predict(`idle/${task}`);
    expect(reply.status).toBe(200);
    expect(Object.keys(reply.json).sort()).toEqual(['message', 'task_id']);
    expect(reply.json.message).toBe(`Queued ${task.replace('-', ' ')}`);
    const view = await gateway.jobs.read(reply.json.task_id);
    expect(view).toMatchObject({ model: 'idle', task, state: 'queued' });
  });

  it.each([
    [['this is a test']],
    [{ notInput: 1 }],
    [{ input: 'bare' }],
    [{ input: [['q', null]] }],
    [{ input: Array(51).fill('x') }],
  ])('3: %j is 422 and nothing is queued', async (body) => {
    const before = await gateway.jobs.counts();
    const reply = await predict('idle/embedding', body);
    expect(reply.status).toBe(422);
    expect(reply.json.detail[0]).toEqual({
      loc: expect.arrayContaining(['body']),
      msg: expect.any(String),
      type: expect.any(String),
    });
    expect(await gateway.jobs.counts()).toEqual(before);
  });

  it('4: stats tell the model as it was deployed', async () => {
    const reply = await http(`${gateway.url}/api/main/user/model/stats`);
    expect([reply.status, reply.json]).toMatchObject([200, { model_type: 'transformer', max_input: 50 }]);
  });

  it.each([
    '/api/main/user/model/embedding',
    '/api/main/model/embedding?hf_username=user',
    '/api/main/user%2Fmodel/embedding',
    '/api/main/user-model/embedding',
    '/api/user/model/embedding',
    '/api/user%2Fmodel/embedding',
    '/api/user-model/embedding',
  ])('5: %s reaches the same model', async (path) => {
    const reply = await http(gateway.url + path, { body: { input: ['Do aliens exist?'] } });
    expect(reply.status).toBe(200);
    expect((await gateway.jobs.read(reply.json.task_id))?.model).toBe('user/model');
  });

  it.each(['/api/main', '/api/models', '/api/user-model'])(
    '6: %s/task_result ends with 200',
    async (prefix) => {
      const { task_id } = (await predict('user/model/embedding')).json;
      // The first poll may come back early; it is held open, so it does not have to.
      const reply = await http(`${gateway.url}${prefix}/task_result/${task_id}`);
      expect(reply.status).toBe(200);
      expect(reply.json).toMatchObject({
        task_id,
        status: 'Finished',
        result: { model_output_is_encoded: true },
      });
      expect(Object.keys(reply.json).sort()).toEqual(['result', 'status', 'task_id']);
    },
  );

  it('6: an unfinished task is 202 Processing', async () => {
    const { task_id } = (await predict('idle/embedding')).json;
    const reply = await result(task_id, { prefer: 'wait=0' });
    expect([reply.status, reply.json]).toEqual([202, { task_id, status: 'Processing' }]);
  });

  it('7: the queue reply is a python literal', async () => {
    const reply = await predict('user/model/embedding');
    expect(reply.text).not.toMatch(/\b(null|true|false)\b/);
    for (const value of Object.values(reply.json)) expect(value).toBeTypeOf('string');
  });

  it('8: an unknown model is 404 JSON, an unknown task id is JSON and not 200', async () => {
    for (const reply of [
      await predict('nobody/embedding'),
      await http(`${gateway.url}/api/main/nobody/stats`),
    ])
      expect([reply.status, reply.json.detail]).toEqual([404, expect.stringContaining('nobody')]);
    for (const id of ['nonsense', '01890000-0000-7000-8000-000000000000']) {
      const reply = await result(id);
      expect([reply.status, reply.json.detail]).toEqual([404, expect.stringContaining(id)]);
    }
  });

  it('9: a failure ends the poll, with its text: as text for SQuARE’s clients, as JSON for who asks', async () => {
    const { task_id } = (await predict('broken/embedding')).json;
    const text = await result(task_id, { accept: '*/*' });
    expect([text.status, text.headers.get('content-type')]).toEqual([500, 'text/plain; charset=utf-8']);
    expect(text.text).toContain('no such file');
    const json = await result(task_id, { accept: 'application/json' });
    expect([json.status, json.json]).toEqual([500, { task_id, status: 'Failed', detail: text.text }]);
  });

  it('10: an update keeps what it does not name, and the next request sees it', async () => {
    const before = (await http(`${gateway.url}/api/main/user/model/stats`)).json;
    const reply = await http(`${gateway.url}/api/main/user/model/update`, { body: { max_input: 2 } });
    expect([reply.status, reply.json]).toEqual([200, { ...before, max_input: 2 }]);
    expect((await http(`${gateway.url}/api/main/user/model/stats`)).json).toEqual(reply.json);
    expect((await predict('user/model/embedding', { input: ['a', 'b', 'c'] })).status).toBe(422);
    await http(`${gateway.url}/api/main/user/model/update`, { body: { max_input: 50 } });
    expect((await predict('user/model/embedding', { input: ['a', 'b', 'c'] })).status).toBe(200);
  });

  it.each(['idle', 'sentences'])('11: the gpu setting of %s cannot be changed', async (identifier) => {
    const update = (body: object): Promise<Reply> =>
      http(`${gateway.url}/api/main/${identifier}/update`, { body });
    const reply = await update({ disable_gpu: false });
    expect([reply.status, reply.json]).toEqual([400, { detail: "Can't change gpu setting for the model" }]);
    expect((await update({ batch_size: 4 })).status).toBe(200);
  });
});

describe('API with keys', () => {
  it('12: a missing token is 403, a bad one 401, and the heart beats for everybody', async () => {
    const locked = await startTestGateway({
      databaseUrl: await postgres.newDatabase(),
      environmentKeys: 'skill:caller:open-sesame',
    });
    try {
      await locked.addModel({ identifier: 'm' });
      const post = (headers: Record<string, string>): Promise<Reply> =>
        http(`${locked.url}/api/main/m/embedding`, { body: { input: ['a'] }, headers });
      const missing = await post({});
      expect([missing.status, missing.json]).toEqual([403, { detail: 'Not authenticated' }]);
      for (const authorization of ['Bearer wrong', 'Bearer', 'Basic b3Blbi1zZXNhbWU=', 'garbage']) {
        const bad = await post({ authorization });
        expect([bad.status, bad.json]).toEqual([401, { detail: 'Unauthorized' }]);
      }
      expect((await post({ authorization: 'Bearer open-sesame' })).status).toBe(200);
      expect((await http(`${locked.url}/api/main/health/heartbeat`)).status).toBe(200);
    } finally {
      await locked.stop();
    }
  });
});

describe('arrays', () => {
  const finished = async (identifier: string): Promise<Reply> =>
    result((await predict(`${identifier}/sequence-classification`)).json.task_id);
  const leaves = (value: unknown): unknown[] => (Array.isArray(value) ? value.flatMap(leaves) : [value]);

  it('13, 15: encoded outputs are strings all the way down and decode to what was computed', async () => {
    const { model_outputs, model_output_is_encoded } = (await finished('user/model')).json.result;
    expect(model_output_is_encoded).toBe(true);
    const strings = Object.values(model_outputs).flatMap(leaves);
    expect(strings).toHaveLength(4);
    for (const text of strings) expect(text).toBeTypeOf('string');
    const read = decodeNpy(Buffer.from(model_outputs.logits, 'base64'));
    expect([read.shape, [...read.data]]).toEqual([[10, 10], Array(100).fill(1)]);
    expect(model_outputs.attentions).toHaveLength(2);
  });

  it('13, 16: plain outputs are lists, and valid JSON even when scores are not finite', async () => {
    const { model_outputs, model_output_is_encoded } = (await finished('plain')).json.result;
    expect(model_output_is_encoded).toBe(false);
    expect(model_outputs.logits).toEqual(Array(10).fill(Array(10).fill(1)));
    expect(model_outputs.odd).toEqual([0, 3.4028234663852886e38, -3.4028234663852886e38]);
  });
});

describe('bad input is refused before anything is queued', () => {
  it.each([
    ['not JSON', { raw: '{"input": [' }, 422, ['body']],
    ['not UTF-8', { raw: Uint8Array.from([0x22, 0xff, 0xfe, 0x22]) }, 422, ['body']],
    ['nothing at all', { method: 'POST' }, 422, ['body', 'input']],
    ['a 10 MB text', { body: { input: ['x'.repeat(10_000_000)] } }, 422, ['body', 'input', 0]],
    ['a NUL', { raw: '{"input": ["a\\u0000"]}' }, 422, ['body', 'input', 0]],
    ['half a surrogate pair', { raw: '{"input": ["\\ud83d"]}' }, 422, ['body', 'input', 0]],
    [
      'a kwargs object that is null',
      { body: { input: ['a'], task_kwargs: null } },
      422,
      ['body', 'task_kwargs'],
    ],
    [
      'a wrong type',
      { body: { input: ['a'], task_kwargs: { normalize: 'maybe' } } },
      422,
      ['body', 'task_kwargs', 'normalize'],
    ],
    [
      'an explanation, which is not there yet',
      { body: { input: ['a'], explain_kwargs: { method: 'attention' } } },
      200,
      [],
    ],
  ])('%s', async (_, request, status, loc) => {
    const before = await gateway.jobs.counts();
    const reply = await http(`${gateway.url}/api/main/idle/embedding`, request);
    expect(reply.status).toBe(status);
    if (status === 200) return;
    expect(reply.json.detail[0].loc).toEqual(loc);
    expect(await gateway.jobs.counts()).toEqual(before);
  });

  it('explanations, attacks and adapters that are switched off say so', async () => {
    for (const [name, value] of [
      ['explain_kwargs', { method: 'attention' }],
      ['attack_kwargs', { method: 'hotflip' }],
      ['adapter_name', 'owner/adapter'],
    ] as const) {
      const reply = await predict('idle/sequence-classification', { input: ['a'], [name]: value });
      expect([reply.status, reply.json.detail[0]]).toMatchObject([
        422,
        { loc: ['body', name], msg: expect.stringContaining('yet') },
      ]);
    }
  });

  it('100,000 levels of brackets are ignored where nobody looks and refused where somebody does', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const at = (name: string): Promise<Reply> =>
      http(`${gateway.url}/api/main/idle/generation`, { raw: `{"input": ["a"], "${name}": ${deep}}` });
    expect((await at('unheard_of')).status).toBe(200);
    for (const name of ['input', 'task_kwargs', 'adapter_name']) {
      const body =
        name === 'input'
          ? `{"input": ${deep}}`
          : `{"input": ["a"], "${name}": ${name === 'task_kwargs' ? `{"stop_strings": ${deep}}` : deep}}`;
      const reply = await http(`${gateway.url}/api/main/idle/generation`, { raw: body });
      expect([name, reply.status]).toEqual([name, 422]);
    }
  });

  it('other methods are 405 and other paths 404, as JSON', async () => {
    const wrong = await http(`${gateway.url}/api/main/idle/embedding`);
    expect([wrong.status, wrong.json, wrong.headers.get('allow')]).toEqual([
      405,
      { detail: 'Method Not Allowed' },
      'POST',
    ]);
    for (const path of [
      '/api',
      '/api/main',
      '/api/main/idle/singing',
      '/api/skill-manager/embedding',
      '/api/main/%/stats',
    ]) {
      const reply = await http(gateway.url + path);
      expect([path, reply.status, reply.json]).toEqual([path, 404, { detail: 'Not Found' }]);
    }
  });

  it('a body over the limit is 413 before it is read whole', async () => {
    const small = await startTestGateway({
      databaseUrl: await postgres.newDatabase(),
      deps: { maxBodyBytes: 1000 },
    });
    try {
      await small.addModel({ identifier: 'm' });
      const reply = await http(`${small.url}/api/main/m/embedding`, { body: { input: ['x'.repeat(2000)] } });
      expect([reply.status, reply.json.detail]).toEqual([413, expect.stringContaining('MAX_BODY_BYTES')]);
    } finally {
      await small.stop();
    }
  });
});

it('any origin may ask where keys are asked for, with credentials', async () => {
  const locked = await startTestGateway({
    databaseUrl: await postgres.newDatabase(),
    environmentKeys: 'skill:caller:open-sesame',
  });
  const reply = await http(`${locked.url}/api/main/idle/embedding`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://square.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });
  expect(reply.status).toBe(204);
  expect(reply.headers.get('access-control-allow-origin')).toBe('https://square.example');
  expect(reply.headers.get('access-control-allow-credentials')).toBe('true');
  expect(reply.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
  await locked.stop();
});

it('the OpenAPI page lists every form of every prediction route', async () => {
  const { json } = await http(`${gateway.url}/api/main/openapi.json`);
  expect(json.openapi).toBe('3.1.0');
  for (const task of taskNames)
    for (const form of ['{identifier}', '{hf_username}/{identifier}'])
      expect(json.paths[`/api/main/${form}/${task}`].post.requestBody).toBeDefined();
});
