import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  DataType,
  emptyModel,
  encodeModel,
  Graph,
  type Model,
  makeNode,
  makeValueInfo,
  saveModel,
} from '@tessera/onnx';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelRow } from '../runtime.ts';
import { toHalf, widenHalves } from '../session/half.ts';
import { type OrtHost, openOrtHost } from '../session/ort-host.ts';
import { openForward } from '../testing/open-forward.ts';
import { namesOf, plainSignature, type Signature, tinyModel, VOCABULARY } from '../testing/tiny-model.ts';
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

const bert = fileURLToPath(
  new URL('../../../../test/fixtures/models/bert-sequence-classification', import.meta.url),
);
let folder = '';
let host: OrtHost;
let tokenizer: Tokenizer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-signature-'));
  host = openOrtHost();
  tokenizer = await loadTokenizer(bert, 'm');
});
afterAll(async () => {
  await host.close();
  await rm(folder, { recursive: true });
});

let files = 0;
const openModel = (model: Model, modelClass = 'BertForSequenceClassification') => {
  const path = join(folder, `${files++}.onnx`);
  saveModel(model, path);
  return openForward(host, path, tokenizer, { modelClass, architecture: 'bert' });
};
const open = (signature: Partial<Signature>) => openModel(tinyModel({ ...plainSignature, ...signature }));

const rowOf = (inputIds: readonly number[]): ModelRow => ({
  inputIds,
  typeIds: inputIds.map((_, i) => i % 2),
});
const lengths = [3, 9, 1, 9, 5, 3].map((length, at) =>
  rowOf(Array.from({ length }, (_, i) => (at * 131 + i * 17 + 5) % VOCABULARY)),
);

/** What onnxruntime gives for one row with nothing beside it, by feeds that this test fills itself. */
async function alone(signature: Signature, row: ModelRow): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(encodeModel(tinyModel(signature)), {
    logSeverityLevel: 3,
  });
  const tokens = signature.fixedTokens ?? row.inputIds.length;
  const rows = signature.fixedRows ?? 1;
  const names = namesOf(signature);
  const feed = (type: string, valueAt: (t: number) => number): ort.Tensor => {
    const values = Array.from({ length: rows * tokens }, (_, i) => valueAt(i % tokens));
    if (type === 'int64') return new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [rows, tokens]);
    if (type === 'int32') return new ort.Tensor('int32', Int32Array.from(values), [rows, tokens]);
    if (type === 'bool') return new ort.Tensor('bool', Uint8Array.from(values), [rows, tokens]);
    if (type === 'float16')
      return new ort.Tensor('float16', Uint16Array.from(values, toHalf), [rows, tokens]);
    return new ort.Tensor('float32', Float32Array.from(values), [rows, tokens]);
  };
  const length = row.inputIds.length;
  const padId = tokenizer.specials.padId!;
  const feeds: Record<string, ort.Tensor> = {
    [names.ids]: feed(signature.idsType, (t) => row.inputIds[t] ?? padId),
  };
  if (signature.mask) feeds[names.mask] = feed(signature.mask, (t) => (t < length ? 1 : 0));
  if (signature.hasTypes) feeds[names.types] = feed('int64', (t) => row.typeIds[t] ?? 0);
  if (signature.hasPositions) feeds[names.positions] = feed('int64', (t) => t);
  if (signature.isGlobal) feeds['global_attention_mask'] = feed('int64', (t) => (t === 0 ? 1 : 0));
  if (signature.hasTask) feeds['task_id'] = new ort.Tensor('int64', BigInt64Array.of(0n), []);
  const { data, dims, type } = Object.values(await session.run(feeds))[0]!;
  await session.release();
  const values = type === 'float16' ? widenHalves(data as unknown as Uint16Array) : (data as Float32Array);
  const own = values.subarray(0, values.length / rows);
  return dims.length === 3 ? own.subarray(0, (own.length / tokens) * length) : own;
}

const signatures: fc.Arbitrary<Signature> = fc.record({
  vocabulary: fc.constant(VOCABULARY),
  idsType: fc.constantFrom('int64', 'int32'),
  names: fc.constantFrom('plain', 'tensorflow', 'bert'),
  mask: fc.constantFrom('int64', 'int32', 'bool', 'float32', 'float16', null),
  hasTypes: fc.boolean(),
  hasPositions: fc.boolean(),
  hasTask: fc.boolean(),
  isGlobal: fc.boolean(),
  fixedRows: fc.constantFrom(null, null, 1, 4),
  fixedTokens: fc.constantFrom(null, null, 12),
  isHalf: fc.boolean(),
  isRounded: fc.boolean(),
  givesNaN: fc.constant(false),
  output: fc.constantFrom('logits', 'last_hidden_state', 'sentence_embedding', 'dense_vecs'),
});

test('a row of any signature gets in company what onnxruntime gives for it alone', async () => {
  await fc.assert(
    fc.asyncProperty(signatures, async (signature) => {
      // A whole-tensor scale over copies of one row is the row's own: the rows that fill a fixed batch change
      // nothing.
      const { run } = await open(signature);
      const answers = await run(lengths);
      for (const [at, row] of lengths.entries()) {
        const expected = await alone(signature, row);
        const answer = answers[at]!;
        if (answer instanceof Error) throw answer;
        const { data } = Object.values(answer)[0]!;
        expect(data).toHaveLength(expected.length);
        const most = expected.reduce((sum, value, i) => Math.max(sum, Math.abs(value - Number(data[i]))), 0);
        expect(most).toBeLessThanOrEqual(1e-5);
      }
    }),
    { seed: 11, numRuns: 60 },
  );
});

describe('which rows may run together', () => {
  test.each<[string, Partial<Signature>, string, RegExp | null]>([
    ['any, with a mask', {}, 'any', null],
    ['equal lengths without one', { mask: null }, 'equal lengths', /Padding changes.*equal length/],
    ['none with scales of the whole tensor', { isRounded: true }, 'none', /every text runs alone/],
    ['any where all rows are padded to one length', { fixedTokens: 12, mask: null }, 'any', null],
    ['any where a run has one row', { fixedRows: 1, isRounded: true }, 'any', null],
  ])('%s', async (_, signature, company, warning) => {
    const { proof } = await open(signature);
    expect(proof.company).toBe(company);
    expect(proof.warnings).toEqual(warning === null ? [] : [expect.stringMatching(warning)]);
  });

  test('a tokenizer that knows more tokens than the file is a warning', async () => {
    const { proof } = await open({ vocabulary: 64 });
    expect(proof.company).toBe('any');
    expect(proof.warnings).toEqual([expect.stringMatching(/common text cannot be run.*largest 63/)]);
  });

  test('padding that was asked for comes back as zeros where it may not be run', async () => {
    const { run } = await open({ mask: null, output: 'last_hidden_state' });
    const [row] = lengths;
    const [plain, padded] = await run([row!, { ...row!, padTo: 7 }]);
    if (plain instanceof Error || padded instanceof Error) throw new Error('failed');
    const [short, long] = [plain!['last_hidden_state']!, padded!['last_hidden_state']!];
    expect(long.shape).toEqual([7, 8]);
    expect([...long.data.slice(0, 24)]).toEqual([...short.data]);
    expect([...long.data.slice(24)]).toEqual(new Array(32).fill(0));
  });
});

test('numbers that are none fail their row, with the model and the output', async () => {
  const { run } = await open({ givesNaN: true });
  const [answer] = await run(lengths.slice(0, 1));
  expect(answer).toMatchObject({
    code: 'MODEL_RUN_FAILED',
    message: expect.stringMatching(/"m".*output logits/),
  });
});

test('a row that is longer than a fixed file takes is refused by its length', async () => {
  const { run } = await open({ fixedTokens: 12 });
  await expect(async () => run([rowOf(new Array(13).fill(5))])).rejects.toThrow(/13 tokens.*made for 12/);
});

describe('refused by name at load:', () => {
  const of = (inputs: Record<string, [DataType, (number | string)[]]>) => {
    const graph = new Graph(emptyModel(17));
    graph.inputs = Object.entries(inputs).map(([name, [type, dims]]) => makeValueInfo(name, type, dims));
    const first = Object.keys(inputs)[0]!;
    graph.nodes = [makeNode({ op: 'Identity', inputs: [first], outputs: ['logits'] })];
    graph.outputs = [makeValueInfo('logits', ...inputs[first]!)];
    graph.touch();
    return openModel(graph.toModel());
  };
  test.each<[string, Record<string, [DataType, (number | string)[]]>, RegExp]>([
    [
      'inputs that nobody here can fill',
      { input_ids: [DataType.INT64, ['b', 't']], pixel_values: [DataType.FLOAT, ['b', 3]] },
      /inputs pixel_values are not known; known are input_ids/,
    ],
    ['a file without ids', { attention_mask: [DataType.INT64, ['b', 't']] }, /no input called input_ids/],
    ['ids of one axis', { input_ids: [DataType.INT64, ['t']] }, /input_ids has the shape \[t\]/],
    ['elements that cannot be fed', { input_ids: [DataType.UINT64, ['b', 't']] }, /element type uint64/],
  ])('%s', async (_, inputs, message) => {
    await expect(of(inputs)).rejects.toMatchObject({
      code: 'MODEL_LOAD_FAILED',
      message: expect.stringMatching(message),
    });
  });
});
