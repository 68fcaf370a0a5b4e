import { cp, mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { seededRandom } from '@tessera/base';
import { eventually } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../scenarios/cluster.ts';

// What adding a model promises, and what every model promises of its answers, as a caller of POST sees it.

const fixtures = resolve(import.meta.dirname, '../fixtures/models');
const encoderTasks = ['sequence-classification', 'token-classification', 'embedding'] as const;

let cluster: Cluster;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-models-'));
  cluster = await startCluster({ modelsDir: fixtures, redisBinary: null });
  await cluster.startGateway();
  await cluster.startWorker();
  await eventually('a host to serve', async () => (await fetch(`${cluster.url}/readyz`)).ok);
});
afterAll(async () => {
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function post(path: string, body: object, wait = false) {
  const headers = { 'content-type': 'application/json', ...(wait && { prefer: 'wait=60' }) };
  const response = await fetch(cluster.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  // biome-ignore lint/suspicious/noExplicitAny: replies of several shapes are looked at.
  return { status: response.status, json: (await response.json()) as any };
}

const copyOf = async (name: string): Promise<string> => {
  const path = join(folder, name);
  await cp(join(fixtures, 'bert-sequence-classification'), path, { recursive: true });
  return path;
};

describe('adding a folder', () => {
  it('with load answers once the model has answered', async () => {
    const source = { kind: 'folder', path: await copyOf('good') };
    const added = await post('/v1/models', { identifier: 'my/good', source, load: true });
    expect([added.status, added.json.state, added.json.tasks[0]]).toEqual([
      201,
      'ready',
      'sequence-classification',
    ]);
    expect(added.json.capabilities).toContain('logits');
  });

  it('reads it although the caller names type and tasks, and keeps what was declared', async () => {
    const path = await copyOf('declared');
    const body = { source: { kind: 'folder', path }, modelType: 'onnx', tasks: ['embedding'] };
    const added = await post('/v1/models', { identifier: 'my/declared', ...body });
    expect([added.status, added.json.tasks]).toEqual([201, ['embedding']]);
    await rm(join(path, 'tokenizer.json'));
    const refused = await post('/v1/models', { identifier: 'my/declared-2', ...body });
    expect([refused.status, refused.json.code]).toEqual([422, 'MODEL_UNUSABLE']);
    expect(refused.json.detail).toContain('tokenizer.json');
  });

  it('that cannot be loaded is refused with the reason, and can be added again at once', async () => {
    const path = await copyOf('broken');
    const [file] = await readdir(join(path, 'onnx'));
    await truncate(join(path, 'onnx', file!), 3000);
    const body = { identifier: 'my/mended', source: { kind: 'folder', path }, load: true };
    const refused = await post('/v1/models', body);
    expect([refused.status, refused.json.code]).toEqual([422, 'MODEL_UNUSABLE']);
    expect((await fetch(`${cluster.url}/v1/models/my/mended`)).status).toBe(404);
    await cp(join(fixtures, 'bert-sequence-classification'), path, { recursive: true });
    expect((await post('/v1/models', body)).status).toBe(201);
  });
});

describe('an answer never depends on its company', async () => {
  const words = 'the river flows through a warm and funny city of good films ok'.split(' ');
  const random = seededRandom(20261128);
  const text = (length: number): string =>
    Array.from({ length }, () => words[random.integer(words.length)]!).join(' ');
  const models = (await readdir(fixtures)).flatMap((name) => {
    const task = encoderTasks.find((one) => name.endsWith(one));
    // Every architecture once, and every task on one of them: a model process each is what takes the time.
    return task && (task === 'embedding' || name.startsWith('bert-')) ? [{ name, task }] : [];
  });
  const numbers = (value: unknown): number[] =>
    Array.isArray(value) ? value.flatMap(numbers) : [Number(value)];

  it.each(models)('$name', async ({ name, task }) => {
    const input = [1, 12, 4, 30, 2, 12, 7].map(text);
    const tensor = task === 'embedding' ? 'embeddings' : 'logits';
    const options = task === 'embedding' ? { mode: 'mean' } : {};
    const answer = async (texts: readonly string[]) => {
      const { json } = await post('/v1/tasks', { model: name, task, input: texts, options }, true);
      expect(json.state, JSON.stringify(json.error)).toBe('succeeded');
      return json.result.tensors[tensor] as readonly unknown[];
    };
    const together = await answer(input);
    const alone = await Promise.all(input.map(async (one) => (await answer([one]))[0]));
    for (const [i, one] of alone.entries()) {
      const own = numbers(one);
      // A row of tokens is padded to the longest of its request; what it gives for its own tokens is
      // compared.
      const off = own.map((value, k) => Math.abs(value - numbers(together[i])[k]!));
      expect(Math.max(...off), `text ${i} of ${name}`).toBeLessThanOrEqual(1e-5);
    }
  });
});
