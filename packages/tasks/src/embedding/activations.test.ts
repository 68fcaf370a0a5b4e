import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { activations } from './activations.ts';

/** Values of torch.nn in double precision: references/folders/weight_files.py. */
const golden = JSON.parse(
  readFileSync(new URL('../../../../test/golden/folders/weight-files.json', import.meta.url), 'utf8'),
) as { at: number[]; activations: Record<string, number[]> };

test.each(Object.entries(golden.activations))('%s is that of torch', (name, values) => {
  const activation = activations[name.toLowerCase() as keyof typeof activations];
  golden.at.forEach((x, i) => {
    expect(Math.abs(activation(x) - values[i]!)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(x)));
  });
});

test('none is without a reference', () => {
  const named = Object.keys(golden.activations).map((name) => name.toLowerCase());
  expect(Object.keys(activations).sort()).toEqual(named.sort());
});
