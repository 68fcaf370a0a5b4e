import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readTorchFile } from './torch-file.ts';

/** Written by torch.save itself: references/folders/weight_files.py. */
const golden = (file: string): Buffer =>
  readFileSync(new URL(`../../../../../test/golden/folders/${file}`, import.meta.url));
const { tensors } = JSON.parse(golden('weight-files.json').toString()) as {
  tensors: Record<string, { dims: number[]; values: number[] }>;
};

describe.each([
  ['the zip of today', 'torch-zip.bin'],
  ['the stream of torch before 1.6', 'torch-stream.bin'],
])('%s', (_, file) => {
  test('gives every tensor, views and halves among them', () => {
    const read = readTorchFile(golden(file));
    expect([...read.keys()].sort()).toEqual(Object.keys(tensors).sort());
    for (const [name, { dims, values }] of Object.entries(tensors)) {
      expect(read.get(name)!.dims).toEqual(dims);
      expect(read.get(name)!.values).toEqual(Float32Array.from(values));
    }
  });

  test('cut short is refused', () => {
    const bytes = golden(file);
    for (const share of [0.2, 0.5, 0.9])
      expect(() => readTorchFile(bytes.subarray(0, bytes.length * share))).toThrow();
  });
});

test('a file of whole modules is refused, because reading it would run code', () => {
  expect(() => readTorchFile(golden('torch-module.bin'))).toThrow(
    /asks for torch\.nn\.modules\.linear\.Linear/,
  );
});
