import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '@tessera/contracts';
import { loadModel } from '@tessera/onnx';
import { describe, expect, it } from 'vitest';
import { randomizedFolder, shuffleTop } from './randomized-model.ts';
import { openModel } from './testing/open-model.ts';

const root = fileURLToPath(new URL('../../../../../', import.meta.url));
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
  const made = await randomizedFolder(folder, { layers: 1, blocks: 2, seed: 0 });
  for (const name of ['config.json', 'tokenizer.json', 'onnx/model.onnx'])
    expect(existsSync(join(made.folder, name)), name).toBe(true);
  await made.remove();
  expect(existsSync(made.folder)).toBe(false);
});

it('MPRT: one correlation for each further block', async () => {
  const model = await openModel('test/fixtures/models/bert-sequence-classification');
  try {
    const { fields } = await model.run({
      task: 'sequence-classification',
      input: ['a good film in a dull evening by the river'],
      explain: { method: 'integrated_grads', n_steps: 5, evaluate: true, mprt: true },
    });
    const { instances } = fields['explain_meta'] as unknown as {
      instances: readonly { evaluation: JsonObject }[];
    };
    const correlations = instances[0]!.evaluation['mprt'] as number[];
    expect(correlations).toHaveLength(model.runtime.description.layers + 1);
    for (const value of correlations) expect(Math.abs(value)).toBeLessThan(0.999);
  } finally {
    await model.close();
  }
}, 120_000);
