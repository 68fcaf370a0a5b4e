import { AppError } from '@tessera/base';
import { decodeSafetensors, float32 } from '@tessera/contracts';
import type { ModelReport } from '@tessera/jobs';
import { eventually, startTestPostgres, type TestPostgres } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpOptions, http, type Reply } from '../testing/http.ts';
import { startTestGateway, succeeded, type TestGateway } from '../testing/start-gateway.ts';

let postgres: TestPostgres;
let gateway: TestGateway;

beforeAll(async () => {
  postgres = await startTestPostgres();
  gateway = await startTestGateway({ databaseUrl: await postgres.newDatabase() });
  await gateway.addModel({ identifier: 'user/model', tasks: ['embedding'] });
  await gateway.addModel({ identifier: 'idle' });
  await gateway.addModel({ identifier: 'broken' });
  await gateway.work('user/model', async (task) => {
    task.progress({ done: 1, total: 2, note: 'half' });
    return succeeded({ embedding_mode: 'mean' }, { embeddings: float32([1, 2], [0.25, 0.75]) });
  });
  await gateway.work('broken', async () => ({
    kind: 'failed',
    error: new AppError('OUTPUT_UNAVAILABLE', {
      detail: { field: 'options.mode', output: 'pooler_output', hint: 'Choose another mode.' },
    }),
  }));
});

afterAll(async () => {
  await gateway.stop();
  await postgres.stop();
});

const v1 = (path: string, options: HttpOptions = {}): Promise<Reply> =>
  http(`${gateway.url}/v1${path}`, options);
const submit = (model: string, headers: Record<string, string> = {}, more: object = {}): Promise<Reply> =>
  v1('/tasks', { body: { model, task: 'embedding', input: ['a'], ...more }, headers });

describe('submitting', () => {
  it('answers 202 with the task and where it is', async () => {
    const reply = await submit('idle');
    expect(reply.status).toBe(202);
    expect(reply.json).toMatchObject({ model: 'idle', task: 'embedding', kind: 'predict', state: 'queued' });
    expect(reply.headers.get('location')).toBe(`/v1/tasks/${reply.json.taskId}`);
    expect(reply.headers.get('retry-after')).toBe('1');
    const view = (await v1(`/tasks/${reply.json.taskId}`)).json;
    expect(view).toMatchObject({
      taskId: reply.json.taskId,
      state: 'queued',
      queuePosition: expect.any(Number),
    });
  });

  it('waits when the caller prefers it and brings the result along', async () => {
    const reply = await submit('user/model', { prefer: 'respond-async, wait=10' });
    expect([reply.status, reply.headers.get('preference-applied')]).toEqual([200, 'wait=10']);
    expect(reply.json).toMatchObject({
      state: 'succeeded',
      timings: { computeMs: 1 },
      result: { fields: { embedding_mode: 'mean' }, tensors: { embeddings: [[0.25, 0.75]] } },
    });
  });

  it('gives up waiting in time and grants no more than its limit', async () => {
    const reply = await submit('idle', { prefer: 'wait=0' });
    expect([reply.status, reply.json.state, reply.json.result]).toEqual([202, 'queued', undefined]);
    expect((await submit('user/model', { prefer: 'wait=3600' })).headers.get('preference-applied')).toBe(
      'wait=10',
    );
  });

  it('shows the error of a task that failed while it waited', async () => {
    const reply = await submit('broken', { prefer: 'wait=10' });
    expect([reply.status, reply.json]).toMatchObject([
      200,
      {
        state: 'failed',
        error: { code: 'OUTPUT_UNAVAILABLE', text: expect.stringContaining('pooler_output') },
      },
    ]);
  });

  it('gives the same task for the same Idempotency-Key, and 409 for another request', async () => {
    const first = await submit('idle', { 'idempotency-key': 'k1' });
    const second = await submit('idle', { 'idempotency-key': 'k1' });
    expect([second.status, second.json.taskId]).toEqual([202, first.json.taskId]);
    const other = await submit('idle', { 'idempotency-key': 'k1' }, { input: ['b'] });
    expect([other.status, other.json.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
    expect((await submit('idle', { 'idempotency-key': 'two words' })).json.field).toBe('Idempotency-Key');
  });

  it('runs tasks of higher priority first', async () => {
    await gateway.addModel({ identifier: 'ordered' });
    const low = (await submit('ordered', {}, { priority: -1 })).json.taskId;
    const high = (await submit('ordered', {}, { priority: 5 })).json.taskId;
    const position = async (id: string): Promise<number> => (await v1(`/tasks/${id}`)).json.queuePosition;
    expect(await position(high)).toBeLessThan(await position(low));
  });
});

describe('problems', () => {
  it.each([
    [
      'an unknown model',
      { body: { model: 'nobody', task: 'embedding', input: ['a'] } },
      404,
      'MODEL_UNKNOWN',
      undefined,
    ],
    [
      'a task the model cannot do',
      { body: { model: 'user/model', task: 'question-answering', input: ['a'] } },
      422,
      'MODEL_TASK_MISMATCH',
      'task',
    ],
    [
      'an unknown field',
      { body: { model: 'idle', task: 'embedding', input: ['a'], colour: 1 } },
      422,
      'INPUT_INVALID',
      'body',
    ],
    [
      'an empty list',
      { body: { model: 'idle', task: 'embedding', input: [] } },
      422,
      'INPUT_INVALID',
      'input',
    ],
    [
      'half a pair',
      { body: { model: 'idle', task: 'embedding', input: [['a', null]] } },
      422,
      'INPUT_INVALID',
      'input.0',
    ],
    ['no JSON', { raw: '{' }, 400, 'BODY_NOT_JSON', 'body'],
    ['deep JSON', { raw: '['.repeat(50_000) }, 400, 'BODY_NOT_JSON', 'body'],
    [
      'generation options that contradict',
      { body: { model: 'idle', task: 'generation', input: ['a'], options: { num_return_sequences: 3 } } },
      422,
      'INPUT_INVALID',
      'options.num_return_sequences',
    ],
  ])('%s', async (_, request, status, code, field) => {
    const before = await gateway.jobs.counts();
    const reply = await v1('/tasks', request);
    expect(reply.headers.get('content-type')).toBe('application/problem+json');
    expect([reply.status, reply.json]).toMatchObject([
      status,
      {
        type: `/v1/problems/${code}`,
        status,
        code,
        detail: expect.any(String),
        requestId: expect.any(String),
      },
    ]);
    expect(reply.json.field).toBe(field);
    expect(reply.headers.get('x-request-id')).toBe(reply.json.requestId);
    expect(await gateway.jobs.counts()).toEqual(before);
    expect((await http(gateway.url + reply.json.type)).json.code).toBe(code);
  });

  it('keep the caller’s own request id when it is tame', async () => {
    const id = async (given: string): Promise<string | null> =>
      (await v1('/nothing', { headers: { 'x-request-id': given } })).headers.get('x-request-id');
    expect(await id('abc-1')).toBe('abc-1');
    expect(await id('a b')).not.toBe('a b');
  });

  it('wrong paths are 404 and wrong methods 405', async () => {
    expect((await v1('/nothing')).json.code).toBe('ROUTE_UNKNOWN');
    expect((await v1('/tasks', { method: 'PUT' })).json.code).toBe('METHOD_NOT_ALLOWED');
    expect((await v1('/problems/toString')).json.code).toBe('ROUTE_UNKNOWN');
  });
});

describe('results', () => {
  it('come as lists, npy, safetensors in JSON, or the safetensors file itself', async () => {
    const { taskId } = (await submit('user/model')).json;
    const result = (query = '', headers = {}): Promise<Reply> =>
      v1(`/tasks/${taskId}/result${query}`, { headers: { prefer: 'wait=10', ...headers } });
    expect((await result()).json).toEqual({
      taskId,
      model: 'user/model',
      task: 'embedding',
      fields: { embedding_mode: 'mean' },
      tensorEncoding: 'list',
      tensors: { embeddings: [[0.25, 0.75]] },
      warnings: [],
    });
    expect((await result('?tensors=npy')).json.tensors.embeddings).toMatch(/^k05VTVBZ/);
    const packed = Buffer.from((await result('?tensors=safetensors')).json.tensors, 'base64');
    expect([...decodeSafetensors(packed).embeddings!.data]).toEqual([0.25, 0.75]);
    const file = await fetch(`${gateway.url}/v1/tasks/${taskId}/result`, {
      headers: { accept: 'application/octet-stream' },
    });
    expect(file.headers.get('content-type')).toBe('application/octet-stream');
    expect(Buffer.from(await file.arrayBuffer()).equals(packed)).toBe(true);
    expect((await result('?tensors=xml')).json.field).toBe('tensors');
  });

  it('are 409 before the end, the task’s error after a failure, and 404 for unknown ids', async () => {
    const { taskId } = (await submit('idle')).json;
    const early = await v1(`/tasks/${taskId}/result`);
    expect([early.status, early.json.code]).toEqual([409, 'TASK_NOT_FINISHED']);
    const failed = (await submit('broken')).json.taskId;
    const error = await v1(`/tasks/${failed}/result`, { headers: { prefer: 'wait=10' } });
    expect([error.status, error.json.code]).toEqual([422, 'OUTPUT_UNAVAILABLE']);
    for (const id of ['x', '01890000-0000-7000-8000-000000000000'])
      expect((await v1(`/tasks/${id}/result`)).json.code).toBe('TASK_UNKNOWN');
  });
});

describe('cancelling', () => {
  it.each([
    ['DELETE', ''],
    ['POST', '/cancel'],
  ])('%s %s ends a queued task, once', async (method, path) => {
    const { taskId } = (await submit('idle')).json;
    const reply = await v1(`/tasks/${taskId}${path}`, { method });
    expect([reply.status, reply.json.state]).toEqual([200, 'cancelled']);
    const again = await v1(`/tasks/${taskId}${path}`, { method });
    expect([again.status, again.json.code]).toEqual([409, 'TASK_NOT_CANCELLABLE']);
    expect((await v1(`/tasks/${taskId}/result`)).json.code).toBe('TASK_CANCELLED');
  });
});

describe('listing', () => {
  it('filters and pages, newest first', async () => {
    await gateway.addModel({ identifier: 'listed' });
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push((await submit('listed')).json.taskId);
    const first = (await v1('/tasks?model=listed&limit=3')).json;
    expect(first.tasks.map((task: { taskId: string }) => task.taskId)).toEqual(ids.slice(2).reverse());
    const rest = (await v1(`/tasks?model=listed&limit=3&cursor=${first.nextCursor}`)).json;
    expect(rest.tasks.map((task: { taskId: string }) => task.taskId)).toEqual(ids.slice(0, 2).reverse());
    expect(rest.nextCursor).toBeNull();
    expect((await v1('/tasks?model=listed&state=succeeded')).json.tasks).toEqual([]);
    expect((await v1('/tasks?state=asleep')).json.field).toBe('state');
    expect((await v1('/tasks?cursor=x')).json.field).toBe('cursor');
  });
});

describe('events', () => {
  const stream = (taskId: string, headers: Record<string, string> = {}, query = ''): Promise<Response> =>
    fetch(`${gateway.url}/v1/tasks/${taskId}/events${query}`, { headers });
  const types = (text: string): (string | undefined)[] =>
    [...text.matchAll(/^event: (.*)$/gm)].map((m) => m[1]);
  const ids = (text: string): number[] => [...text.matchAll(/^id: (\d+)$/gm)].map((m) => Number(m[1]));

  it('tell a task’s whole life and end with it', async () => {
    const { taskId } = (await submit('user/model', { prefer: 'wait=10' })).json;
    const response = await stream(taskId);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const text = await response.text();
    expect(types(text)).toEqual(['queued', 'running', 'succeeded']);
    expect(ids(text)).toEqual([1, 2, 3]);
  });

  it('go on after the last one seen, and say with 204 that there are no more', async () => {
    const { taskId } = (await submit('user/model', { prefer: 'wait=10' })).json;
    expect(types(await (await stream(taskId, { 'last-event-id': '2' })).text())).toEqual(['succeeded']);
    expect(types(await (await stream(taskId, {}, '?after=1')).text())).toEqual(['running', 'succeeded']);
    expect((await stream(taskId, { 'last-event-id': '3' })).status).toBe(204);
    expect((await stream('x')).status).toBe(404);
  });

  it('arrive while the task lives', async () => {
    await gateway.addModel({ identifier: 'followed' });
    const { taskId } = (await submit('followed')).json;
    const reader = (await stream(taskId)).body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (type: string): Promise<void> => {
      while (!types(text).includes(type)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`the stream ended before ${type}: ${text}`);
        text += value;
      }
    };
    await until('queued');
    await gateway.work('followed', async (task) => {
      task.progress({ done: 1, total: 2, note: 'half' });
      await eventually('the progress to be told', () => types(text).includes('progress'));
      return succeeded();
    });
    await until('progress');
    await until('succeeded');
    expect((await reader.read()).done).toBe(true);
  });
});

describe('models', () => {
  it('are made, shown, changed and removed by identifiers with slashes', async () => {
    const made = await v1('/models', {
      body: { identifier: 'owner/new', source: { kind: 'hub', repository: 'owner/new' } },
    });
    expect([made.status, made.headers.get('location')]).toEqual([201, '/v1/models/owner/new']);
    for (const path of ['/models/owner/new', '/models/owner%2Fnew', '/models/owner-new'])
      expect((await v1(path)).json).toMatchObject({ identifier: 'owner/new', batchSize: 32 });
    const changed = await v1('/models/owner/new', { method: 'PATCH', body: { batchSize: 4, replicas: 2 } });
    expect(changed.json).toMatchObject({ batchSize: 4, replicas: 2, maxInput: 512 });
    expect((await v1('/models/owner/new', { method: 'PATCH', body: { colour: 1 } })).json.code).toBe(
      'INPUT_INVALID',
    );
    const again = await v1('/models', {
      body: { identifier: 'owner-new', source: { kind: 'hub', repository: 'x' } },
    });
    expect([again.status, again.json.code]).toEqual([409, 'MODEL_EXISTS']);
    expect((await v1('/models')).json.models.map((m: { identifier: string }) => m.identifier)).toContain(
      'owner/new',
    );
    expect((await v1('/models/owner/new', { method: 'DELETE' })).status).toBe(204);
    expect((await v1('/models/owner/new')).status).toBe(404);
  });

  it('a folder is added when a host has read it, and refused with what the host says', async () => {
    await gateway.beat();
    const { catalogue } = gateway.jobs;
    const add = async (identifier: string, report: ModelReport) => {
      const stop = catalogue.onChange(async (changed) => {
        if (changed !== identifier || (await catalogue.read(identifier))?.state !== 'registered') return;
        stop();
        await catalogue.report(identifier, report);
      });
      return v1('/models', { body: { identifier, source: { kind: 'folder', path: '/models/x' } } });
    };
    const good = await add('read/good', { modelType: 'sentence-transformer', tasks: ['embedding'] });
    expect([good.status, good.json.modelType, good.json.tasks]).toEqual([
      201,
      'sentence-transformer',
      ['embedding'],
    ]);
    const bad = await add('read/bad', { state: 'failed', error: 'Model "read/bad" has no tokenizer.json' });
    expect([bad.status, bad.json.code]).toEqual([422, 'MODEL_UNUSABLE']);
    expect(bad.json.detail).toContain('has no tokenizer.json');
    expect((await v1('/models/read/bad')).status).toBe(404);
  });

  it.each(['../x', '/etc', 'a/b/c', 'a b', ''])('the name %j is refused', async (identifier) => {
    const reply = await v1('/models', { body: { identifier, source: { kind: 'hub', repository: 'x' } } });
    expect([reply.status, reply.json.field]).toEqual([422, 'identifier']);
  });
});

it('status and statistics are there', async () => {
  const status = (await v1('/status')).json;
  expect(status).toMatchObject({
    health: { database: 'up', queue: 'up' },
    counts: { queued: expect.any(Number) },
  });
  expect((await v1('/statistics?hours=1')).json).toMatchObject({ hours: expect.any(Array) });
  expect((await v1('/statistics?hours=x')).json.field).toBe('hours');
});
