import { AppError } from '@tessera/base';
import { createClient, ProblemError, type StreamedEvent } from '@tessera/client';
import {
  type Explanation,
  float32,
  type ResultOf,
  type SubmitTask,
  type TaskEvent,
  type TaskProgress,
  type WordAttackReport,
} from '@tessera/contracts';
import { eventually, startTestPostgres, type TestPostgres } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  startTestGateway,
  succeeded,
  type TestGateway,
} from '../../apps/gateway/src/testing/start-gateway.ts';

// The typed client against a real gateway.

let postgres: TestPostgres;
let gateway: TestGateway;
let client: ReturnType<typeof createClient>;
/** Progress of the evaluation that runs to its end. */
const heard: TaskProgress[] = [];

beforeAll(async () => {
  postgres = await startTestPostgres();
  gateway = await startTestGateway({
    databaseUrl: await postgres.newDatabase(),
    deps: { features: { explain: true, attack: true, generation: true, adapters: false } },
  });
  client = createClient({ baseUrl: `${gateway.url}/` });
  await gateway.addModel({ identifier: 'user/model' });
  await gateway.addModel({ identifier: 'idle' });
  await gateway.addModel({ identifier: 'measured' });
  await gateway.work('measured', async (task) => {
    task.progress({ done: 1, total: 2, note: 'occlusion, record 1 of 1' });
    // A result that comes at once would overtake the notice of the progress.
    await eventually('the progress to be heard', () => heard.length > 0);
    return succeeded({ evaluation: { kind: 'explain', records: task.payload.input.length } });
  });
  await gateway.addModel({ identifier: 'left' });
  await gateway.work('user/model', async (task) =>
    task.payload.input[0] === 'fail'
      ? { kind: 'failed', error: new AppError('TASK_TIMED_OUT', { detail: { seconds: 1 } }) }
      : succeeded({ labels: [1] }, { logits: float32([1, 2], [0.25, 0.75]) }),
  );
});

afterAll(async () => {
  await gateway.stop();
  await postgres.stop();
});

const task = { model: 'user/model', task: 'sequence-classification', input: ['a'] } as const;

describe('tasks', () => {
  it('run from submission to result in one call', async () => {
    const result = await client.tasks.run({ ...task, input: ['a'] });
    expect(result).toMatchObject({ fields: { labels: [1] }, tensors: { logits: [[0.25, 0.75]] } });
  });

  it('have results whose type follows from what was asked', () => {
    type Asked<S extends SubmitTask> = ResultOf<S>['fields'];
    const { run } = client.tasks;
    const answering = () => run({ model: 'm', task: 'question-answering', input: [['q', 'c']] });
    expectTypeOf<Awaited<ReturnType<typeof answering>>['fields']['answers'][0][0]['answer']>().toBeString();
    const explaining = () => run({ ...task, explain: { method: 'occlusion' } });
    type Explained = Awaited<ReturnType<typeof explaining>>['fields'];
    expectTypeOf<Explained['explanation']>().toEqualTypeOf<Explanation>();
    expectTypeOf<Explained['labels']>().toEqualTypeOf<readonly number[]>();
    const attacking = () => run({ ...task, attack: { method: 'hotflip' } });
    type Attacked = Awaited<ReturnType<typeof attacking>>['fields'];
    expectTypeOf<Attacked['attack']>().toEqualTypeOf<WordAttackReport>();
    expectTypeOf<Attacked['explanation']>().toEqualTypeOf<Explanation | undefined>();
    expectTypeOf<Asked<{ model: string; task: 'embedding'; input: string[] }>>().not.toHaveProperty('attack');
  });

  it('can be followed step by step', async () => {
    const submitted = await client.tasks.submit({ ...task, input: ['a'] }, { idempotencyKey: 'x' });
    expect(submitted.state).toBe('queued');
    const events: TaskEvent[] = [];
    for await (const event of client.tasks.events(submitted.taskId)) events.push(event);
    expect(events.map(({ id, type }) => [id, type])).toEqual([
      [1, 'queued'],
      [2, 'running'],
      [3, 'succeeded'],
    ]);
    for await (const event of client.tasks.events(submitted.taskId, { after: 3 })) events.push(event);
    expect(events).toHaveLength(3);
    expect((await client.tasks.get(submitted.taskId, { waitSeconds: 5 })).state).toBe('succeeded');
    const tensors = await client.tasks.tensors(submitted.taskId);
    expect([tensors.logits!.shape, [...tensors.logits!.data]]).toEqual([
      [1, 2],
      [0.25, 0.75],
    ]);
    expect((await client.tasks.result(submitted.taskId, { tensors: 'npy' })).tensors).toMatchObject({
      logits: expect.stringMatching(/^k05VTVBZ/),
    });
  });

  it('can be submitted and followed on one connection', async () => {
    const seen: StreamedEvent[] = [];
    for await (const event of client.tasks.stream({ ...task, input: ['a'] })) seen.push(event);
    expect(seen.map(({ type }) => type)).toEqual(['queued', 'running', 'succeeded', 'result']);
    expect(seen.at(-1)!.data).toMatchObject({ state: 'succeeded', result: { fields: { labels: [1] } } });
  });

  it('are cancelled when the reader leaves the stream', async () => {
    let taskId = '';
    for await (const _ of client.tasks.stream({ ...task, model: 'left', input: ['a'] })) {
      taskId = (await client.tasks.list({ model: 'left', limit: 1 })).tasks[0]!.taskId;
      break;
    }
    expect((await client.tasks.get(taskId, { waitSeconds: 5 })).state).toBe('cancelled');
  });

  it('streams are refused like any submission, and the API page knows them', async () => {
    const stream = client.tasks.stream({ ...task, model: 'nobody/none', input: ['a'] });
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toBeInstanceOf(ProblemError);
    const page = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as {
      paths: Record<string, { post: { responses: Record<string, { content: object }> } }>;
    };
    const { content } = page.paths['/v1/tasks']!.post.responses[200]!;
    expect(Object.keys(content)).toEqual(['application/json', 'text/event-stream']);
  });

  it('are listed page by page and cancelled', async () => {
    for (let i = 0; i < 3; i++) await client.tasks.submit({ ...task, model: 'idle', input: ['a'] });
    const queued = [];
    for await (const view of client.tasks.all({ model: 'idle', limit: 2 })) queued.push(view);
    expect(queued).toHaveLength(3);
    expect((await client.tasks.cancel(queued[0]!.taskId)).state).toBe('cancelled');
  });

  it('fail as ProblemError with the code of the catalogue', async () => {
    const failure = await client.tasks.run({ ...task, input: ['fail'] }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProblemError);
    expect((failure as ProblemError).code).toBe('TASK_TIMED_OUT');
    await expect(client.tasks.submit({ ...task, input: [] })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      problem: { field: 'input', status: 422 },
    });
  });
});

describe('evaluations', () => {
  const dataset = {
    model: 'measured',
    task: 'sequence-classification',
    records: [{ text: 'a', label: 1 }],
    explain: [{ method: 'occlusion' }],
  } as const;

  it('run from dataset to report in one call, telling their progress', async () => {
    const report = await client.evaluations.run(dataset, { onProgress: (progress) => heard.push(progress) });
    expect(report).toMatchObject({ kind: 'explain', records: 1 });
    expect(heard.at(-1)).toMatchObject({ done: 1, total: 2 });
  });

  it('are tasks like any other', async () => {
    const { taskId, kind } = await client.evaluations.submit({ ...dataset, model: 'idle' });
    expect(kind).toBe('evaluate');
    expect((await client.tasks.list({ kind: 'evaluate', model: 'idle' })).tasks).toHaveLength(1);
    expect((await client.tasks.cancel(taskId)).state).toBe('cancelled');
    await expect(client.evaluations.run({ ...dataset, records: [] })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      problem: { field: 'records', status: 422 },
    });
  });
});

it('models and keys have their calls', async () => {
  const { identifier } = await client.models.create({
    identifier: 'owner/new',
    source: { kind: 'hub', repository: 'owner/new' },
  });
  expect((await client.models.update(identifier, { batchSize: 2 })).batchSize).toBe(2);
  expect((await client.models.get(identifier)).batchSize).toBe(2);
  expect((await client.models.list()).map((model) => model.identifier)).toContain(identifier);
  await client.models.remove(identifier);
  await expect(client.models.get(identifier)).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' });
  expect((await client.status()).health.database).toBe('up');
  expect((await client.statistics({ hours: 1 })).hours).toBeInstanceOf(Array);
});

it('keys made by the client open the door they close', async () => {
  const { secret, id } = await client.keys.create({ name: 'first', role: 'admin' });
  const keyed = createClient({ baseUrl: gateway.url, key: secret });
  expect((await keyed.keys.list()).map((key) => key.id)).toEqual([id]);
  await keyed.keys.revoke(id);
});

it('an answer that is no problem document becomes one', async () => {
  const odd = createClient({
    baseUrl: 'http://example.invalid',
    fetch: async () => new Response('<html>', { status: 502 }),
  });
  await expect(odd.models.list()).rejects.toMatchObject({
    code: 'UNEXPECTED_REPLY',
    problem: { retry: true },
  });
});
