import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { http } from '../../apps/gateway/src/testing/http.ts';
import { type Cluster, startCluster } from '../scenarios/cluster.ts';
import { type RunTimeRefusal, runTimeRefusals } from './run-time-refusals.ts';

/** What only a loaded model can refuse, by a real worker, in the words of either dialect. */
let cluster: Cluster;
let modelsDir: string;

beforeAll(async () => {
  modelsDir = await mkdtemp(join(tmpdir(), 'tessera-refusals-'));
  const fixtures = resolve(import.meta.dirname, '../fixtures/models');
  const names = [...new Set(runTimeRefusals.map(({ model }) => model))];
  for (const name of names) await symlink(join(fixtures, name), join(modelsDir, name));
  cluster = await startCluster({ modelsDir, redisBinary: null });
  await cluster.startGateway();
  await cluster.startWorker();
  for (const name of names)
    await eventually(
      `${name} to be registered`,
      async () => (await fetch(`${cluster.url}/v1/models/${name}`)).ok,
    );
});
afterAll(async () => {
  await cluster?.stop();
  await rm(modelsDir, { recursive: true, force: true });
});

const inputOf = ({ input = ['Anna sings in the evening.'] }: RunTimeRefusal): readonly unknown[] => input;

/** The text that SQuARE's client is told; a model that is loaded already refuses some requests at once. */
async function squareText(one: RunTimeRefusal): Promise<string> {
  const path = `${cluster.url}/api/main/${one.model}/${one.task}`;
  const posted = await http(path, { body: { input: inputOf(one), ...one.square } });
  if (posted.status !== 200) return JSON.stringify(posted.json);
  const reply = await http(`${cluster.url}/api/main/task_result/${posted.json.task_id}`, {
    headers: { accept: 'application/json' },
  });
  return reply.json.detail;
}

async function nativeError(one: RunTimeRefusal) {
  const body = { model: one.model, task: one.task, input: inputOf(one), ...one.native };
  const { json } = await http(`${cluster.url}/v1/tasks`, { body, headers: { prefer: 'wait=60' } });
  // Both the error of a task and a problem name the field.
  return { field: json.error?.detail.field ?? json.field, text: json.error?.text ?? json.detail, json };
}

const shown = runTimeRefusals.map((one) => ({ ...one, asked: JSON.stringify(one.native) }));

describe('what a loaded model refuses', () => {
  it.each(shown.filter(({ text }) => text !== null))(
    'is told in the words of SQuARE, to the byte: $model, $task, $asked',
    async (one) => {
      expect(await squareText(one)).toBe(one.text);
    },
  );

  it.each(shown)('is told by the name that was sent: $model, $task, $asked', async (one) => {
    const { field, text, json } = await nativeError(one);
    expect(field, JSON.stringify(json)).toBe(one.field);
    expect(JSON.stringify(json)).not.toContain('_kwargs');
    expect(text).not.toContain('adapter_name');
  });
});
