import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { silentLog, systemClock } from '@tessera/base';
import { float32 } from '@tessera/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenRuntime, openRuntime } from './open-runtime.ts';
import type { DifferentiableRuntime, ModelRow } from './runtime.ts';
import type { HubAddress } from './store/hub-client.ts';
import { startHubServer } from './testing/hub-server.ts';

const root = fileURLToPath(new URL('../../../test/', import.meta.url));
const lora = join(root, 'fixtures/autodiff/lora');

interface Stored {
  readonly shape: readonly number[];
  readonly data: string;
}
interface Golden {
  readonly tolerance: number;
  readonly cases: readonly {
    readonly architecture: string;
    readonly inputs: Readonly<
      Record<string, { readonly shape: [number, number]; readonly data: readonly number[] }>
    >;
    readonly models: readonly {
      readonly file: string;
      readonly logits: {
        readonly base: Stored;
        readonly merged: Readonly<Record<string, Stored>>;
        readonly averages: readonly { readonly adapters: readonly string[]; readonly logits: Stored }[];
      };
    }[];
  }[];
}

const golden = JSON.parse(readFileSync(join(root, 'golden/autodiff/lora.json'), 'utf8')) as Golden;
const bert = golden.cases.find(({ architecture }) => architecture === 'bert')!;
const { file, logits: expected } = bert.models[0]!;

/** The golden inputs as rows; their padding is behind the attention mask. */
const rows: readonly ModelRow[] = (() => {
  const { input_ids: ids, attention_mask: mask, token_type_ids: types } = bert.inputs;
  const [count, length] = ids!.shape;
  return Array.from({ length: count }, (_, b) => {
    const own = mask!.data.slice(b * length, (b + 1) * length).reduce((sum, m) => sum + m, 0);
    const cut = (values: readonly number[]) => values.slice(b * length, b * length + own);
    return { inputIds: cut(ids!.data), typeIds: cut(types!.data) };
  });
})();

let home = '';
let folder = '';
let runtime: OpenRuntime;

const open = (adapterHub: HubAddress | null = null, quantised = false): Promise<OpenRuntime> =>
  openRuntime({
    identifier: 'tiny',
    folder,
    cacheFolder: join(home, 'cache'),
    threads: 1,
    gpu: null,
    requireGpu: false,
    quantised,
    batchSize: 8,
    adapterHub,
    clock: systemClock,
    log: silentLog,
  });

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'tessera-adapters-'));
  folder = join(home, 'model');
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  writeFileSync(
    join(folder, 'onnx/model.onnx'),
    gunzipSync(readFileSync(join(root, 'fixtures/autodiff', file))),
  );
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({ model_type: 'bert', architectures: ['BertForSequenceClassification'] }),
  );
  cpSync(join(root, 'fixtures/models/bert-embedding/tokenizer.json'), join(folder, 'tokenizer.json'));
  cpSync(join(lora, 'bert'), join(folder, 'adapters'), { recursive: true });
  cpSync(join(lora, 'misfit'), join(folder, 'adapters/misfit'), { recursive: true });
  runtime = await open();
});
afterAll(async () => {
  await runtime.close();
  await rm(home, { recursive: true });
});

const logitsOf = async (view: DifferentiableRuntime): Promise<readonly number[]> => {
  const answers = await view.forward({ rows, outputs: ['logits'] });
  return answers.rows.flatMap((row) => [...(row['logits']!.data as Float32Array)]);
};
const expectLogits = (actual: readonly number[], { data }: Stored): void => {
  const bytes = Buffer.from(data, 'base64');
  const wanted = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  expect(actual).toHaveLength(wanted.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - wanted[i]!)).toBeLessThanOrEqual(golden.tolerance);
  });
};

test('without adapters the model is itself', async () => {
  expectLogits(await logitsOf(runtime), expected.base);
  const same = await runtime.withAdapters({ names: [], average: false });
  expectLogits(await logitsOf(same), expected.base);
});

test.each(Object.keys(expected.merged))('%s gives the logits of PEFT’s merge_and_unload', async (name) => {
  const view = await runtime.withAdapters({ names: [name], average: false });
  expectLogits(await logitsOf(view), expected.merged[name]!);
  expectLogits(await logitsOf(runtime), expected.base);
});

test.each(expected.averages)(
  'the average of $adapters is that of the merged weights',
  async ({ adapters, logits }) => {
    expectLogits(await logitsOf(await runtime.withAdapters({ names: adapters, average: true })), logits);
  },
);

test('different adapters side by side, more than stay loaded, do not mix', async () => {
  const names = Object.keys(expected.merged);
  const views = await Promise.all(
    names.map((name) => runtime.withAdapters({ names: [name], average: false })),
  );
  const all = await Promise.all(views.map(logitsOf));
  all.forEach((logits, i) => {
    expectLogits(logits, expected.merged[names[i]!]!);
  });
});

test('an adapted model can be looked into', async () => {
  const view = await runtime.withAdapters({ names: ['query-value'], average: false });
  const seeded = rows.map((row) => ({ ...row, seeds: { logits: float32([3], [1, 0, 0]) } }));
  const request = { rows: seeded, of: ['logits'], at: 'word-embeddings' } as const;
  const [own, adapted] = await Promise.all([runtime.gradient(request), view.gradient(request)]);
  const outputs = adapted.rows.flatMap((row) => [...(row.outputs['logits']!.data as Float32Array)]);
  expectLogits(outputs, expected.merged['query-value']!);
  expect(adapted.rows[0]!.gradient.data).not.toEqual(own.rows[0]!.gradient.data);
  expect(view.capabilities).toEqual(runtime.capabilities);
});

describe('refused:', () => {
  test.each([
    [
      'an adapter that fits no module',
      ['misfit/unknown-module'],
      false,
      'ADAPTER_UNFIT',
      /is not in the model/,
    ],
    ['an adapter of another shape', ['misfit/wrong-shape'], false, 'ADAPTER_UNFIT', /another shape/],
    ['an adapter of another kind', ['misfit/weight-decomposed'], false, 'ADAPTER_UNFIT', /use_dora/],
    ['an adapter that is not there', ['absent'], false, 'ADAPTER_UNFIT', /no adapters\/absent/],
    ['a name that is a path', ['../../etc'], false, 'ADAPTER_UNFIT', /form "adapter" or "owner\/adapter"/],
    ['several without averaging', ['query-value', 'all-dense'], false, 'INPUT_INVALID', /averageAdapters/],
  ] as const)('%s', async (_, names, average, code, message) => {
    await expect(runtime.withAdapters({ names, average })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});

test('an adapter comes from the hub when the folder has none', async () => {
  const hub = await startHubServer({
    repository: 'owner/tuned',
    folder: join(lora, 'bert/query-value'),
    lists: true,
  });
  const own = await open({ endpoint: hub.endpoint, token: null });
  const view = await own.withAdapters({ names: ['owner/tuned'], average: false });
  expectLogits(await logitsOf(view), expected.merged['query-value']!);
  await expect(own.withAdapters({ names: ['owner/other'], average: false })).rejects.toThrow(
    /neither the model's folder nor/,
  );
  await own.close();
  await hub.close();
});

test('in int8 the adapted model answers near its float32 form', async () => {
  const own = await open(null, true);
  const view = await own.withAdapters({ names: ['query-value'], average: false });
  const plain = await runtime.withAdapters({ names: ['query-value'], average: false });
  const [quantised, exact] = [await logitsOf(view), await logitsOf(plain)];
  expect(quantised).not.toEqual(exact);
  quantised.forEach((value, i) => {
    expect(Math.abs(value - exact[i]!)).toBeLessThan(0.1);
  });
  await own.close();
});
