import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { ExplainContext } from '@tessera/explain';
import { loadModel } from '@tessera/onnx';
import { describe, expect, it } from 'vitest';
import { explainContext } from '../contexts/explain-context.ts';
import { openModel } from '../testing/open-model.ts';
import { randomizedFolder, shuffleTop } from './randomized-model.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const file = join(root, 'test/fixtures/models/bert-sequence-classification/onnx/model.onnx');

describe('shuffled weights', () => {
  it('reach lower blocks the more layers are asked for, the tables last', () => {
    const model = () => loadModel(file);
    const blocks = 2;
    const counts = [1, 2, 3].map((layers) => shuffleTop(model(), { layers, blocks, seed: 0 }).length);
    expect(counts[0]).toBeLessThan(counts[1]!);
    expect(counts[1]).toBeLessThan(counts[2]!);
    const names = shuffleTop(model(), { layers: 1, blocks, seed: 0 });
    expect(names.some((name) => /embedding/.test(name))).toBe(false);
  });

  it('are the same numbers in another order, the same for an equal seed', () => {
    const bytesOf = (seed: number | null): Uint8Array[] => {
      const model = loadModel(file);
      const names = shuffleTop(seed === null ? loadModel(file) : model, {
        layers: 1,
        blocks: 2,
        seed: seed ?? 0,
      });
      return model.proto
        .graph!.initializer.filter(({ name }) => names.includes(name))
        .map(({ rawData }) => rawData);
    };
    const [before, after, again, other] = [bytesOf(null), bytesOf(1), bytesOf(1), bytesOf(2)];
    const numbers = (bytes: Uint8Array): Float32Array =>
      new Float32Array(Uint8Array.from(bytes).buffer).sort();
    expect(numbers(after[0]!)).toEqual(numbers(before[0]!));
    expect(after[0]).not.toEqual(before[0]);
    expect(again).toEqual(after);
    expect(other[0]).not.toEqual(after[0]);
  });
});

it('a randomised folder is whole, and gone when it is removed', async () => {
  const folder = join(root, 'test/fixtures/models/bert-sequence-classification');
  const weightsFile = join(folder, 'onnx/model.onnx');
  const made = await randomizedFolder({ folder, weightsFile }, { layers: 1, blocks: 2, seed: 0 });
  for (const name of ['config.json', 'tokenizer.json', 'onnx/model.onnx'])
    expect(existsSync(join(made.folder, name)), name).toBe(true);
  await made.remove();
  expect(existsSync(made.folder)).toBe(false);
});

it('keeps the adapters of a request: the blocks that are not shuffled are the merged ones', async () => {
  const { folder, remove } = await adaptedFolder();
  const model = await openModel(folder);
  try {
    const context = async (names: readonly string[]) =>
      explainContext({
        ...model.context,
        runtime: await model.runtime.withAdapters({ names, average: false }),
      });
    const afterFirstBlock = async ({ forward }: ExplainContext): Promise<readonly number[]> => {
      const rows = [{ inputIds: [2, 7, 9, 4, 3], typeIds: [0, 0, 0, 0, 0] }];
      const [outputs] = await forward({ rows, outputs: ['hidden_states'] });
      return [...(outputs!['hidden_states.1']!.data as Float32Array)];
    };
    const [base, adapted] = [await context([]), await context(['query-value'])];
    const shuffled = await adapted.randomized!({ layers: 1, seed: 0 });
    try {
      const [plain, merged] = [await afterFirstBlock(base), await afterFirstBlock(adapted)];
      const found = await afterFirstBlock(shuffled.context);
      expect(Math.max(...merged.map((value, i) => Math.abs(value - plain[i]!)))).toBeGreaterThan(1e-3);
      found.forEach((value, i) => expect(value).toBeCloseTo(merged[i]!, 5));
    } finally {
      await shuffled.close();
    }
  } finally {
    await model.close();
    await remove();
  }
}, 120_000);

/** A tiny BERT with its LoRA adapters, as the fixtures of packages/serving have them. */
async function adaptedFolder(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-adapted-'));
  const fixtures = join(root, 'test/fixtures');
  const { cases } = JSON.parse(readFileSync(join(root, 'test/golden/autodiff/lora.json'), 'utf8')) as {
    cases: { architecture: string; models: { file: string }[] }[];
  };
  const { file: packed } = cases.find(({ architecture }) => architecture === 'bert')!.models[0]!;
  await mkdir(join(folder, 'onnx'));
  await writeFile(
    join(folder, 'onnx/model.onnx'),
    gunzipSync(await readFile(join(fixtures, 'autodiff', packed))),
  );
  const config = {
    model_type: 'bert',
    architectures: ['BertForSequenceClassification'],
    num_hidden_layers: 2,
  };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await cp(join(fixtures, 'models/bert-embedding/tokenizer.json'), join(folder, 'tokenizer.json'));
  await cp(join(fixtures, 'autodiff/lora/bert'), join(folder, 'adapters'), { recursive: true });
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

it('MPRT: one correlation for each further block', async () => {
  const model = await openModel('test/fixtures/models/bert-sequence-classification');
  try {
    const { explanation } = await model.run({
      task: 'sequence-classification',
      input: ['a good film in a dull evening by the river'],
      explain: { method: 'integrated_grads', n_steps: 5, evaluate: true, mprt: true },
    });
    const correlations = explanation!.instances[0]!.evaluation!['mprt'] as readonly number[];
    expect(correlations).toHaveLength(model.runtime.description.layers + 1);
    for (const value of correlations) expect(Math.abs(value)).toBeLessThan(0.999);
  } finally {
    await model.close();
  }
}, 120_000);
