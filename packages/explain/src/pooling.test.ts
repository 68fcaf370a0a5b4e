import { float32 } from '@tessera/contracts';
import { describe, expect, it } from 'vitest';
import { type PoolingMode, pool, pooledOutput, similarityTo } from './pooling.ts';

const hidden = [0.5, -1, 2, 1.5, 0.25, -0.75];
const outputs = (values: readonly number[]) => ({
  last_hidden_state: { dtype: 'float64' as const, shape: [3, 2], data: Float64Array.from(values) },
  pooler_output: { dtype: 'float64' as const, shape: [2], data: Float64Array.from(values.slice(0, 2)) },
  sentence_embedding: { dtype: 'float64' as const, shape: [2], data: Float64Array.from(values.slice(0, 2)) },
});

describe('pooling', () => {
  it.each([
    ['mean', [2.75 / 3, -0.25 / 3]],
    ['max', [2, 1.5]],
    ['cls', [0.5, -1]],
    ['last', [0.25, -0.75]],
    ['pooler', [0.5, -1]],
    ['sentence', [0.5, -1]],
  ] as const)('%s', (mode, expected) => {
    expect([...pool(mode, outputs(hidden))]).toEqual(expected.map((v) => expect.closeTo(v, 12)));
  });

  it.each(['mean', 'max', 'cls', 'last', 'pooler', 'sentence'] as PoolingMode[])(
    'seeds of the cosine after %s agree with finite differences',
    (mode) => {
      const target = similarityTo([0.3, -2], mode);
      const { seeds } = target.evaluate(outputs(hidden));
      const seed = seeds[pooledOutput(mode)]!;
      seed.data.forEach((value: number | bigint, i: number) => {
        const at = (step: number) =>
          target.evaluate(outputs(hidden.map((v, k) => (k === i ? v + step : v)))).f;
        expect(Number(value)).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 6);
      });
    },
  );

  it('is 1 for the reference itself and does not divide by zero', () => {
    expect(
      similarityTo([1, 2], 'cls').evaluate({ last_hidden_state: float32([1, 2], [2, 4]) }).f,
    ).toBeCloseTo(1, 6);
    expect(similarityTo([0, 0], 'cls').evaluate({ last_hidden_state: float32([1, 2], [0, 0]) }).f).toBe(0);
  });
});
