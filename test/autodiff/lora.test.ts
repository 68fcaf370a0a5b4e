import { readFileSync } from 'node:fs';
import { type LoraFiles, mergeLora } from '@tessera/autodiff';
import { AppError } from '@tessera/base';
import type { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import {
  loadFixture,
  makeTensor,
  openSession,
  pathOf,
  readJson,
  relativeError,
  type WrittenTensor,
} from './fixtures.ts';

interface Reference {
  readonly tolerance: number;
  readonly cases: readonly {
    readonly folder: string;
    readonly inputs: Readonly<Record<string, WrittenTensor>>;
    readonly models: readonly {
      readonly form: string;
      readonly file: string;
      readonly logits: {
        readonly base: WrittenTensor;
        readonly merged: Readonly<Record<string, WrittenTensor>>;
        readonly averages: readonly {
          readonly adapters: readonly string[];
          readonly logits: WrittenTensor;
        }[];
      };
    }[];
  }[];
  readonly misfits: readonly { readonly folder: string; readonly file: string; readonly why: string }[];
}

const reference = readJson<Reference>('test/golden/autodiff/lora.json');
const models = reference.cases.flatMap(({ folder, inputs, models: forms }) =>
  forms.map((form) => ({ folder, inputs, ...form })),
);

describe('LoRA adapters merged into the graph give the logits of PEFT', () => {
  for (const { folder, inputs, form, file, logits } of models) {
    const check = async (names: readonly string[], expected: WrittenTensor) => {
      const merged = mergeLora(
        loadFixture(file),
        names.map((name) => adapter(`${folder}/${name}`)),
      );
      const session = await openSession(merged);
      const feeds: Record<string, Tensor> = {};
      for (const name of session.inputNames) feeds[name] = makeTensor(inputs[name] as WrittenTensor);
      const results = await session.run(feeds);
      await session.release();
      expect(relativeError(results.logits, makeTensor(expected))).toBeLessThanOrEqual(reference.tolerance);
    };
    for (const [name, expected] of Object.entries(logits.merged))
      it(`${file} (${form}): ${name}`, () => check([name], expected));
    for (const { adapters, logits: expected } of logits.averages)
      it(`${file} (${form}): mean of ${adapters.join(', ')}`, () => check(adapters, expected));
  }
});

describe('an adapter that does not fit is refused', () => {
  it.each(reference.misfits.map((misfit) => [misfit.why, misfit] as const))('%s', (_, { folder, file }) => {
    const merge = () => mergeLora(loadFixture(file), [adapter(folder)]);
    expect(merge).toThrow(AppError);
    expect(merge).toThrow(/does not fit|merge/);
  });
});

function adapter(folder: string): LoraFiles {
  const path = `test/fixtures/autodiff/${folder}`;
  return {
    name: folder.split('/').at(-1) as string,
    config: readJson(`${path}/adapter_config.json`),
    tensors: new Uint8Array(readFileSync(pathOf(`${path}/adapter_model.safetensors`))),
  };
}
