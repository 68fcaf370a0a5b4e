import { AppError } from '@tessera/base';
import { startTestPostgres, type TestPostgres } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpOptions, http, type Reply } from '../../apps/gateway/src/testing/http.ts';
import {
  startTestGateway,
  succeeded,
  type TestGateway,
} from '../../apps/gateway/src/testing/start-gateway.ts';

// The manager cases of docs/square-wire.md#acceptance-cases (65–71, 73–77), with a stand-in for the worker
// that says whether a model loads.

let postgres: TestPostgres;
let gateway: TestGateway;

beforeAll(async () => {
  postgres = await startTestPostgres();
  gateway = await startTestGateway({ databaseUrl: await postgres.newDatabase() });
});

afterAll(async () => {
  await gateway.stop();
  await postgres.stop();
});

const manager = (path: string, options: HttpOptions = {}): Promise<Reply> =>
  http(`${gateway.url}/api/models/${path}`, options);
// SQuARE's client polls every task, deploys too, below /api/main.
const finished = async (reply: Reply): Promise<Reply> =>
  http(`${gateway.url}/api/main/task_result/${reply.json.task_id}`);

describe('deploying', () => {
  it('65, 66, 74: a deploy is queued, ends under /api/main, and is listed; a second one is 406', async () => {
    const reply = await manager('deploy', {
      body: {
        identifier: 'dpr',
        model_name: 'facebook/dpr',
        model_type: 'transformer',
        transformer_cache: 'x',
      },
    });
    expect([reply.status, reply.json]).toEqual([
      200,
      { message: 'Queued deploying dpr', task_id: expect.any(String) },
    ]);
    const pending = await http(`${gateway.url}/api/main/task_result/${reply.json.task_id}`, {
      headers: { prefer: 'wait=0' },
    });
    expect([pending.status, pending.json.status]).toEqual([202, 'Processing']);
    await gateway.work('dpr', async () => succeeded());
    const done = await finished(reply);
    expect([done.status, done.json]).toEqual([
      200,
      { task_id: reply.json.task_id, status: 'Finished', result: { success: true, container: 'dpr' } },
    ]);
    const models = (await manager('deployed-models')).json;
    expect(models).toContainEqual({
      identifier: 'dpr',
      model_type: 'transformer',
      model_name: 'facebook/dpr',
      disable_gpu: true,
      batch_size: 32,
      max_input: 512,
      model_class: 'from_config',
      return_plaintext_arrays: false,
    });
    const again = await manager('deploy', { body: { identifier: 'dpr', model_name: 'facebook/dpr' } });
    expect([again.status, again.json]).toEqual([
      406,
      { detail: 'A model with that identifier already exists' },
    ]);
  });

  it('a deploy whose model cannot be loaded says why', async () => {
    const reply = await manager('deploy', { body: { identifier: 'lost', model_name: 'nobody/lost' } });
    await gateway.work('lost', async () => ({
      kind: 'failed',
      error: new AppError('MODEL_DOWNLOAD_FAILED', { detail: { model: 'lost', reason: '404' } }),
    }));
    expect((await finished(reply)).json.result).toEqual({
      success: false,
      message: expect.stringContaining('could not be downloaded: 404'),
      container: 'lost',
    });
  });

  it.each([
    [{}, ['body', 'model_name']],
    [{ model_name: '../../etc' }, ['body', 'model_name']],
    [{ model_name: 'a', identifier: '/abs' }, ['body', 'identifier']],
    [{ model_name: 'a', model_type: 'magic' }, ['body', 'model_type']],
    [{ model_name: 'a', batch_size: 0 }, ['body', 'batch_size']],
  ])('%j is 422', async (body, loc) => {
    const reply = await manager('deploy', { body });
    expect([reply.status, reply.json.detail[0].loc]).toEqual([422, loc]);
  });

  it('75: task has three objects, and a deploy under its name', async () => {
    expect((await manager('task')).json).toEqual({ scheduled: {}, active: {}, reserved: {} });
    await manager('deploy', { body: { identifier: 'slow', model_name: 'a/slow', model_type: 'onnx' } });
    const { scheduled, active, reserved } = (await manager('task')).json;
    const items = [scheduled, active, reserved].flatMap((group) => Object.values(group).flat());
    expect(items).toMatchObject([
      { name: 'tasks.tasks.deploy_task', args: [{ MODEL_NAME: 'a/slow', MODEL_TYPE: 'onnx' }] },
    ]);
  });

  it('76: health rejects until the model is loaded; db/deploy loads it', async () => {
    await gateway.addModel({ identifier: 'u/health' });
    expect((await manager('u/health/health')).status).toBe(404);
    for (const path of [
      'db/deploy/u-health',
      'db/deploy/u/health',
      'db/deploy?identifier=health&hf_username=u',
    ]) {
      const reply = await manager(path, { method: 'POST' });
      expect([reply.status, reply.json]).toEqual([
        200,
        { message: "Queued deploying ['u/health']", task_id: [expect.any(String)] },
      ]);
    }
    await gateway.jobs.catalogue.report('u/health', { state: 'ready' });
    const alive = await manager('u/health/health');
    expect([alive.status, alive.json]).toEqual([200, [{ identifier: 'u/health', is_alive: true }]]);
    await gateway.jobs.catalogue.report('u/health', { state: 'failed' });
    expect((await manager('u%2Fhealth/health')).json).toEqual([{ identifier: 'u/health', is_alive: false }]);
    for (const path of ['health', 'deployed-models-health'])
      expect((await manager(path)).json).toContainEqual({ identifier: 'u/health', is_alive: false });
  });
});

describe('removing and scaling', () => {
  it('67, 71: a known model is removed, an unknown one is 406', async () => {
    await gateway.addModel({ identifier: 'old' });
    // The client sends a bare JSON string along.
    const reply = await manager('remove/old', { method: 'DELETE', raw: '"old"' });
    expect([reply.status, reply.json.message]).toEqual([200, 'Queued removing model.']);
    expect((await finished(reply)).json.result).toEqual({ success: true, container: 'old' });
    const again = await manager('remove/old', { method: 'DELETE' });
    expect([again.status, again.json]).toEqual([
      406,
      { detail: 'A model with the input identifier does not exist' },
    ]);
  });

  it.each(['PATCH', 'POST', 'DELETE'])('68–70, 73: workers come and go by %s', async (method) => {
    const identifier = `scaled-${method.toLowerCase()}`;
    await gateway.addModel({ identifier, replicas: 1 });
    const workers = async (): Promise<unknown> =>
      (await manager('deployed-model-workers')).json.find(
        (row: { identifier: string }) => row.identifier === identifier,
      );
    const added = await manager(`${identifier}/add_worker/2`, { method, raw: '"x"' });
    expect([added.status, added.json.message]).toEqual([200, `Queued adding worker for ${identifier}`]);
    expect(await workers()).toEqual({ identifier, num_containers: 3 });
    expect((await finished(added)).json.result).toMatchObject({ success: true });
    const removed = await manager(`${identifier}/remove_worker/1`, { method });
    expect([removed.status, removed.json.message]).toEqual([200, `Queued removing worker for ${identifier}`]);
    const refused = await manager(`${identifier}/remove_worker/2`, { method });
    expect([refused.status, refused.json]).toEqual([
      403,
      { detail: 'Only 2 worker left. To remove that remove the whole model.' },
    ]);
    expect(await workers()).toEqual({ identifier, num_containers: 2 });
    expect((await manager('nobody/add_worker/1', { method })).status).toBe(406);
  });

  it('an update through the manager is partial and wrapped', async () => {
    await gateway.addModel({ identifier: 'u/updated', modelType: 'transformer' });
    const reply = await manager('update/u/updated', { method: 'PATCH', body: { batch_size: 3 } });
    expect([reply.status, reply.json]).toMatchObject([
      200,
      { status_code: 200, content: { batch_size: 3, max_input: expect.any(Number), disable_gpu: true } },
    ]);
  });

  it('77: only the owner and administrators may change a model', async () => {
    const locked = await startTestGateway({
      databaseUrl: await postgres.newDatabase(),
      environmentKeys: 'ann:caller:a,bob:caller:b,ukp:admin:u',
    });
    try {
      const call = (path: string, method: string, key: string, body?: object): Promise<Reply> =>
        http(`${locked.url}/api/models/${path}`, {
          method,
          headers: { authorization: `Bearer ${key}` },
          ...(body ? { body } : {}),
        });
      expect((await call('deploy', 'POST', 'a', { model_name: 'm' })).status).toBe(200);
      const foreign = await call('remove/m', 'DELETE', 'b');
      expect([foreign.status, foreign.json]).toEqual([
        403,
        { detail: 'Cannot remove a model deployed by another user.' },
      ]);
      expect((await call('update/m', 'PATCH', 'b', { batch_size: 1 })).status).toBe(403);
      expect((await call('m/add_worker/1', 'PATCH', 'b')).status).toBe(403);
      expect((await call('update/m', 'PATCH', 'a', { batch_size: 1 })).status).toBe(200);
      expect((await call('remove/m', 'DELETE', 'u')).status).toBe(200);
    } finally {
      await locked.stop();
    }
  });
});

it('explainers are SQuARE’s five, without bertviz', async () => {
  const { json } = await manager('explainers');
  expect(
    json.map((row: { identifier: string; method_name: string }) => [row.identifier, row.method_name]),
  ).toEqual([
    ['simple_grads', 'Vanilla gradients'],
    ['integrated_grads', 'Integrated gradients'],
    ['smooth_grads', 'Smooth gradients'],
    ['attention', 'Attention'],
    ['scaled_attention', 'Scaled attention'],
  ]);
});

it('the rest of the manager answers', async () => {
  expect((await manager('health/heartbeat')).json).toEqual({ is_alive: true });
  expect((await manager('db/update', { method: 'PUT' })).json).toEqual({ added: [] });
});
