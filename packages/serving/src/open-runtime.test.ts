import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLog, systemClock } from '@tessera/base';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OutputName } from './description.ts';
import { type OpenRuntime, openRuntime } from './open-runtime.ts';
import type { ModelRow, RowOutputs } from './runtime.ts';
import type { OpenRuntimeOptions } from './runtime-options.ts';

const pathOf = (model: string): string => fileURLToPath(new URL(`../../../${model}`, import.meta.url));
let cacheFolder = '';
beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'tessera-runtime-'));
});
afterAll(() => rm(cacheFolder, { recursive: true }));

const open = (folder: string, more: Partial<OpenRuntimeOptions> = {}): Promise<OpenRuntime> =>
  openRuntime({
    identifier: 'm',
    folder: pathOf(folder),
    cacheFolder,
    threads: 1,
    gpu: null,
    requireGpu: false,
    quantised: false,
    batchSize: 8,
    clock: systemClock,
    log: silentLog,
    ...more,
  });

const rowsOf = async (runtime: OpenRuntime, texts: readonly string[]): Promise<readonly ModelRow[]> => {
  const encodings = await runtime.tokenizer.encodeAll(texts, {
    maxLength: runtime.tokenizer.maxLength,
    truncation: 'only-first',
    addSpecialTokens: true,
    stride: null,
  });
  return encodings.map(([encoding]) => ({ inputIds: encoding!.inputIds, typeIds: encoding!.typeIds }));
};

const texts = [
  'good',
  'a film',
  'Where is the station? Behind the church, she said, and left.',
  'The price rose by 12.5 percent (from $3,200 to €3,600) on 2021-03-04.',
  'not at all what I had hoped for, sadly, although the music is lovely and the cast tries very hard to please',
];

const difference = (a: RowOutputs, b: RowOutputs): number => {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  return Math.max(
    ...Object.entries(a).map(([name, { data, shape }]) => {
      expect(shape).toEqual(b[name]!.shape);
      return (data as Float32Array).reduce(
        (worst, value, i) => Math.max(worst, Math.abs(value - Number(b[name]!.data[i]))),
        0,
      );
    }),
  );
};

describe.each<[string, OutputName[]]>([
  ['models/tessera/sentiment-en', ['logits']],
  ['models/tessera/ner-en', ['logits']],
  ['models/tessera/qa-en', ['start_logits', 'end_logits']],
  ['models/tessera/all-minilm-l6-v2', ['last_hidden_state']],
  ['test/fixtures/models/roberta-embedding', ['last_hidden_state', 'pooler_output']],
  ['test/fixtures/models/albert-token-classification', ['logits']],
  ['test/fixtures/models/mpnet-embedding', ['last_hidden_state', 'pooler_output']],
  ['test/fixtures/models/deberta-v2-sequence-classification', ['logits']],
  ['test/fixtures/models/modernbert-question-answering', ['start_logits', 'end_logits']],
  ['test/fixtures/models/xlm-roberta-embedding', ['last_hidden_state']],
])('%s', (folder, outputs) => {
  test('a row gives the same alone and in any batch', async () => {
    const runtime = await open(folder);
    const rows = await rowsOf(runtime, texts);
    const alone: RowOutputs[] = [];
    for (const row of rows) alone.push((await runtime.forward({ rows: [row], outputs })).rows[0]!);
    // padTo makes the batcher pad: without it these lengths would not share a batch.
    const longest = Math.max(...rows.map(({ inputIds }) => inputIds.length));
    const padded = rows.map((row) => ({ ...row, padTo: longest }));
    const together = await runtime.forward({ rows: padded, outputs });
    expect(together.timings.batchRows).toBe(rows.length);
    const shuffled = await runtime.forward({ rows: rows.toReversed(), outputs });
    rows.forEach(({ inputIds }, i) => {
      expect(difference(alone[i]!, shuffled.rows.at(-1 - i)!)).toBeLessThanOrEqual(1e-5);
      const cut = Object.fromEntries(
        Object.entries(together.rows[i]!).map(([name, tensor]) => {
          if (tensor.shape[0] !== longest) return [name, tensor];
          const size = (tensor.data.length / longest) * inputIds.length;
          const shape = [inputIds.length, ...tensor.shape.slice(1)];
          return [name, { ...tensor, shape, data: tensor.data.subarray(0, size) }];
        }),
      );
      expect(difference(alone[i]!, cut)).toBeLessThanOrEqual(1e-5);
    });
    await runtime.close();
  });
});

test('outputs have the shapes of one row', async () => {
  const runtime = await open('test/fixtures/models/bert-embedding');
  const [row] = await rowsOf(runtime, ['hello']);
  const { rows } = await runtime.forward({
    rows: [{ ...row!, padTo: 9 }],
    outputs: ['last_hidden_state', 'pooler_output'],
  });
  expect(rows[0]!['last_hidden_state']!.shape).toEqual([9, 32]);
  expect(rows[0]!['pooler_output']!.shape).toEqual([32]);
  await runtime.close();
});

test('choices of one question come back as one row of logits, even more of them than a batch holds', async () => {
  const runtime = await open('test/fixtures/models/bert-multiple-choice', { batchSize: 2 });
  const rows = await rowsOf(runtime, texts);
  const { rows: answers } = await runtime.forward({ rows, outputs: ['logits'], asChoices: true });
  expect(answers[0]!['logits']!.shape).toEqual([texts.length]);
  expect(answers.slice(1)).toEqual(texts.slice(1).map(() => ({})));
  const single = await runtime.forward({ rows: [rows[3]!], outputs: ['logits'], asChoices: true });
  expect(single.rows[0]!['logits']!.data[0]).toBeCloseTo(Number(answers[0]!['logits']!.data[3]), 5);
  await runtime.close();
});

test('several classes a choice are refused', async () => {
  const runtime = await open('test/fixtures/models/bert-sequence-classification');
  const rows = await rowsOf(runtime, ['a', 'b']);
  await expect(runtime.forward({ rows, outputs: ['logits'], asChoices: true })).rejects.toThrow(
    /into 3 classes/,
  );
  await runtime.close();
});

test('an output the file does not have is refused by name', async () => {
  const runtime = await open('test/fixtures/models/distilbert-embedding');
  const rows = await rowsOf(runtime, ['a']);
  await expect(runtime.forward({ rows, outputs: ['pooler_output'] })).rejects.toMatchObject({
    code: 'OUTPUT_UNAVAILABLE',
    message: expect.stringContaining('last_hidden_state'),
  });
  await runtime.close();
});

test('tasks are announced before they run, and a cancelled one does not run', async () => {
  const announced: (readonly string[])[] = [];
  let ended = 0;
  const runtime = await open('test/fixtures/models/bert-sequence-classification', {
    batchSize: 1,
    onBatchStart: (tags) => void announced.push(tags),
    onBatchEnd: () => {
      ended++;
    },
  });
  const [row] = await rowsOf(runtime, ['a']);
  const abort = new AbortController();
  const outputs: OutputName[] = ['logits'];
  const kept = [1, 2].map((n) => runtime.forward({ rows: [row!], outputs, tag: `task ${n}` }));
  const dropped = runtime.forward({ rows: [row!], outputs, tag: 'dropped', signal: abort.signal });
  abort.abort();
  await expect(dropped).rejects.toMatchObject({ code: 'TASK_CANCELLED' });
  await Promise.all(kept);
  expect(announced).toEqual([['task 1'], ['task 2']]);
  expect(ended).toBe(2);
  expect(runtime.stats()).toMatchObject({ batches: 2, rows: 2, batchesByRows: [0, 2] });
  await runtime.close();
});

describe('a model that cannot be loaded', () => {
  const bert = pathOf('test/fixtures/models/bert-embedding');
  test.each<[string, (folder: string) => Promise<unknown>, string, RegExp]>([
    [
      'without ONNX file',
      (at) => rm(join(at, 'onnx'), { recursive: true }),
      'MODEL_FILES_MISSING',
      /onnx\/model.onnx/,
    ],
    ['without config', (at) => rm(join(at, 'config.json')), 'MODEL_FILES_MISSING', /config.json/],
    [
      'with a truncated file',
      async (at) =>
        writeFile(
          join(at, 'onnx/model.onnx'),
          (await readFile(join(bert, 'onnx/model.onnx'))).subarray(0, 9999),
        ),
      'MODEL_LOAD_FAILED',
      /truncated/,
    ],
    [
      'that is no language model',
      (at) => writeFile(join(at, 'onnx/model.onnx'), identityOfX),
      'MODEL_LOAD_FAILED',
      /inputs x are not known/,
    ],
  ])('%s is an error with its reason', async (name, damage, code, message) => {
    const folder = join(cacheFolder, name);
    await cp(bert, folder, { recursive: true });
    await damage(folder);
    const failure = openRuntime({ ...(await options()), folder });
    await expect(failure).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  const options = async (): Promise<OpenRuntimeOptions> => ({
    identifier: 'm',
    folder: '',
    cacheFolder,
    threads: 1,
    gpu: null,
    requireGpu: false,
    quantised: false,
    batchSize: 8,
    clock: systemClock,
    log: silentLog,
  });
});

/** The smallest model of another kind: y = Identity(x), opset 17. */
const identityOfX = Buffer.from(
  'CAg6PQoWCgF4EgF5IghJZGVudGl0eSgAMgA6ABIBZ1oPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCBAoAEBE=',
  'base64',
);
