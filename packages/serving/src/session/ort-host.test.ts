import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Tensor, tensor } from '@tessera/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openOrtHost } from './ort-host.ts';

const models = new URL('../../../../test/fixtures/models/', import.meta.url);
const pathOf = (model: string) => fileURLToPath(new URL(`${model}/onnx/model.onnx`, models));
const bert = pathOf('bert-embedding');
const onCpu = { threads: 1, gpu: { kind: 'none' }, memoryArena: true } as const;
const host = openOrtHost();
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-session-'));
});
afterAll(async () => {
  await host.close();
  await rm(folder, { recursive: true });
});

const integers = (...values: bigint[]): Tensor =>
  tensor('int64', [1, values.length], BigInt64Array.from(values));
const feeds = () => ({
  input_ids: integers(2n, 5n, 3n),
  attention_mask: integers(1n, 1n, 1n),
  token_type_ids: integers(0n, 0n, 0n),
});

test('a file from disk and the same file as bytes give the same outputs', async () => {
  const fromPath = await host.open('m', { path: bert }, onCpu);
  const fromBytes = await host.open('m', { bytes: await readFile(bert) }, onCpu);
  expect(fromPath.inputs.map(({ name }) => name)).toEqual(['input_ids', 'attention_mask', 'token_type_ids']);
  expect(fromPath.outputs[0]).toMatchObject({ name: 'last_hidden_state', dtype: 'float32' });
  const [a, b] = await Promise.all([
    fromPath.run(feeds(), ['pooler_output']),
    fromBytes.run(feeds(), ['pooler_output']),
  ]);
  expect(a.outputs['pooler_output']!.shape).toEqual([1, 32]);
  expect(a.outputs).toEqual(b.outputs);
  expect(a.computeMs).toBeGreaterThan(0);
  await Promise.all([fromPath.close(), fromBytes.close()]);
});

test('feeds are handed over, not copied', async () => {
  const session = await host.open('m', { path: bert }, onCpu);
  const fed = feeds();
  await session.run(fed, ['pooler_output']);
  expect(fed.input_ids.data.length).toBe(0);
  await session.close();
});

test('a token id outside the vocabulary fails its run and leaves the session usable', async () => {
  const session = await host.open('tiny', { path: bert }, onCpu);
  const bad = { ...feeds(), input_ids: integers(2n, 99_999n, 3n) };
  await expect(session.run(bad, ['pooler_output'])).rejects.toMatchObject({
    code: 'MODEL_RUN_FAILED',
    message: expect.stringMatching(/99999.*outside a table/),
  });
  const { outputs } = await session.run(feeds(), ['pooler_output']);
  expect(outputs['pooler_output']!.shape).toEqual([1, 32]);
  await session.close();
});

test.each([
  [
    'truncated',
    async (path: string) => writeFile(path, (await readFile(bert)).subarray(0, 5000)),
    /truncated/,
  ],
  ['empty', (path: string) => writeFile(path, ''), /is empty or holds no graph/],
  ['not ONNX', (path: string) => writeFile(path, '<!doctype html>'), /truncated or not an ONNX file/],
  ['missing', async () => undefined, /not there/],
  [
    'of an unknown opset',
    async (path: string) => writeFile(path, withOpset(await readFile(bert), 99)),
    /opset 99/,
  ],
])('a file that is %s is a load failure with a reason and no path', async (name, make, reason) => {
  const path = join(folder, `${name.replaceAll(' ', '-')}.onnx`);
  await make(path);
  const failure = await host.open('broken', { path }, onCpu).catch((error: Error) => error);
  expect(failure).toMatchObject({ code: 'MODEL_LOAD_FAILED', message: expect.stringMatching(reason) });
  expect((failure as Error).message).not.toContain(folder);
});

test('without a GPU: a warning, or an error when one is required', async () => {
  const session = await host.open('m', { path: bert }, { ...onCpu, gpu: { kind: 'prefer', deviceId: 0 } });
  expect(session.device).toBe('cpu');
  expect(session.warnings).toEqual([expect.stringContaining('npm run gpu')]);
  const required = { ...onCpu, gpu: { kind: 'require', deviceId: 0 } } as const;
  await expect(host.open('m', { path: bert }, required)).rejects.toMatchObject({ code: 'GPU_REQUIRED' });
});

test('closing waits for the run under way and refuses later ones', async () => {
  const own = openOrtHost();
  const copy = join(folder, 'copy.onnx');
  await copyFile(bert, copy);
  const session = await own.open('m', { path: copy }, onCpu);
  const run = session.run(feeds(), ['pooler_output']);
  await own.close();
  expect((await run).outputs['pooler_output']!.shape).toEqual([1, 32]);
  await expect(session.run(feeds(), ['pooler_output'])).rejects.toMatchObject({ code: 'MODEL_RUN_FAILED' });
});

/**
 * Appends an opset_import { version } to a ModelProto (field 8 is repeated): the default domain then claims
 * `version`.
 */
function withOpset(bytes: Uint8Array, version: number): Uint8Array {
  return Buffer.concat([bytes, Uint8Array.of(0x42, 0x02, 0x10, version)]);
}
