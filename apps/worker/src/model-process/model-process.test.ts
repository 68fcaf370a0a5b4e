import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { silentLog, systemClock } from '@tessera/base';
import { decodeSafetensors, type JobPayload, jobPayload, type ModelEntry } from '@tessera/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createModelProcess } from './model-process.ts';
import type { ModelMessage, OpenOrder } from './protocol.ts';

const root = fileURLToPath(new URL('../../../../test/fixtures/', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'tessera-model-process-'));
const folder = join(home, 'model');

/** Messages of a model process by kind and task, each waited for. */
function listen() {
  const heard: ModelMessage[] = [];
  const waiting = new Set<() => void>();
  const until = async <T>(find: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
      });
    }
  };
  const process = createModelProcess({
    clock: systemClock,
    log: silentLog,
    rssBytes: () => 0,
    say: async (message) => {
      heard.push(message);
      for (const wake of [...waiting]) wake();
    },
  });
  return {
    process,
    opened: () => until(() => heard.find(({ type }) => type === 'ready' || type === 'open-failed')),
    ended: (taskId: string) =>
      until(() =>
        heard.find(
          (message) => (message.type === 'done' || message.type === 'failed') && message.taskId === taskId,
        ),
      ),
  };
}

const order = (more: Partial<OpenOrder> = {}): OpenOrder => ({
  type: 'open',
  model: {
    identifier: 'tiny',
    source: { kind: 'folder', path: folder },
    batchSize: 8,
    modelType: 'onnx',
    onnxUseQuantized: false,
  } as ModelEntry,
  folder,
  cacheFolder: join(home, 'cache'),
  threads: 1,
  gpu: null,
  requireGpu: false,
  hub: { endpoint: 'http://127.0.0.1:9', token: null },
  maxResultBytes: 2 ** 20,
  generationCacheBytes: 2 ** 20,
  ...more,
});

const classify = (more: object = {}): JobPayload =>
  jobPayload.parse({ task: 'sequence-classification', input: ['a film'], ...more });

beforeAll(() => {
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  const model = gunzipSync(readFileSync(join(root, 'autodiff/bert-seqcls-legacy17-eager.onnx.gz')));
  writeFileSync(join(folder, 'onnx/model.onnx'), model);
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({ model_type: 'bert', architectures: ['BertForSequenceClassification'], pad_token_id: 0 }),
  );
  // The model knows 60 tokens: the first ones of the vocabulary.
  const tokenizer = JSON.parse(readFileSync(join(root, 'models/bert-embedding/tokenizer.json'), 'utf8'));
  const known = Object.entries(tokenizer.model.vocab as Record<string, number>).filter(([, id]) => id < 60);
  tokenizer.model.vocab = Object.fromEntries(known);
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  cpSync(join(root, 'autodiff/lora/bert'), join(folder, 'adapters'), { recursive: true });
});
afterAll(() => rmSync(home, { recursive: true }));

describe('a model process', () => {
  const { process, opened, ended } = listen();
  const run = async (taskId: string, payload: JobPayload): Promise<ModelMessage> => {
    process.hear({ type: 'run', task: { taskId, attempt: 1, payload } });
    return ended(taskId);
  };
  const logitsOf = (message: ModelMessage): readonly number[] => {
    if (message.type !== 'done') throw new Error(JSON.stringify(message));
    return [...(decodeSafetensors(message.result.tensors)['logits']!.data as Float32Array)];
  };
  beforeAll(async () => {
    process.hear(order());
    expect(await opened()).toMatchObject({ type: 'ready' });
  });

  test('runs a task with the adapters it names, and the next one without', async () => {
    const [plain, adapted, averaged, after] = [
      logitsOf(await run('plain', classify())),
      logitsOf(await run('adapted', classify({ adapters: ['all-dense'] }))),
      logitsOf(
        await run('averaged', classify({ adapters: ['all-dense', 'patterns'], averageAdapters: true })),
      ),
      logitsOf(await run('after', classify())),
    ];
    expect(after).toEqual(plain);
    const different = (a: readonly number[], b: readonly number[]): boolean =>
      a.some((value, i) => Math.abs(value - b[i]!) > 1e-3);
    expect(different(plain, adapted)).toBe(true);
    expect(different(adapted, averaged)).toBe(true);
    for (const logits of [plain, adapted, averaged]) expect(logits.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });

  test.each([
    ['several adapters that may not be averaged', { adapters: ['all-dense', 'patterns'] }, 'INPUT_INVALID'],
    ['an adapter that is a path', { adapters: ['../model'] }, 'ADAPTER_UNFIT'],
    ['an adapter from a hub that is not there', { adapters: ['owner/absent'] }, 'MODEL_DOWNLOAD_FAILED'],
  ])('%s fail the task with a reason', async (name, more, code) => {
    expect(await run(name, classify(more))).toMatchObject({ type: 'failed', error: { code } });
  });
});

test('a GPU that is required and not there is said when the model is opened', async () => {
  const { process, opened } = listen();
  process.hear(order({ gpu: 0, requireGpu: true }));
  expect(await opened()).toMatchObject({ type: 'open-failed', error: { code: 'GPU_REQUIRED' } });
});

test('without one that is only wished the model runs on the CPU and warns', async () => {
  const { process, opened } = listen();
  process.hear(order({ gpu: 0 }));
  expect(await opened()).toMatchObject({ type: 'ready', warnings: [expect.stringContaining('CPU')] });
});
