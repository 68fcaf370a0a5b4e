import type { NamedTensors } from '@tessera/contracts';
import { describe, expect, it } from 'vitest';
import type { CurvedTarget } from './context.ts';
import { crossEntropyOfClass, crossEntropyOfSpan } from './loss.ts';
import { sequenceOf } from './testing/sequences.ts';

const tensorOf = (values: readonly number[]) => ({
  dtype: 'float64' as const,
  shape: [values.length],
  data: Float64Array.from(values),
});

/** Each seed against central differences of F. */
function checkSeeds(target: CurvedTarget, outputs: Readonly<Record<string, readonly number[]>>): void {
  const tensors = (moved?: { name: string; at: number; by: number }): NamedTensors =>
    Object.fromEntries(
      Object.entries(outputs).map(([name, values]) => [
        name,
        tensorOf(values.map((v, i) => (moved?.name === name && moved.at === i ? v + moved.by : v))),
      ]),
    );
  const { seeds } = target.evaluate(tensors());
  for (const [name, values] of Object.entries(outputs))
    values.forEach((_, at) => {
      const f = (by: number): number => target.evaluate(tensors({ name, at, by })).f;
      expect(Number(seeds[name]!.data[at])).toBeCloseTo((f(1e-5) - f(-1e-5)) / 2e-5, 6);
    });
}

describe('cross-entropy', () => {
  it('of a class is −log p, its seeds p − onehot', () => {
    const { f } = crossEntropyOfClass(1).evaluate({ logits: tensorOf([0, Math.log(3)]) });
    expect(f).toBeCloseTo(-Math.log(0.75), 12);
    checkSeeds(crossEntropyOfClass(2), { logits: [0.3, -1, 2] });
  });

  it('of a single logit is the logistic loss of its sign', () => {
    expect(crossEntropyOfClass(1).evaluate({ logits: tensorOf([0]) }).f).toBeCloseTo(Math.LN2, 12);
    checkSeeds(crossEntropyOfClass(1), { logits: [0.7] });
    checkSeeds(crossEntropyOfClass(0), { logits: [0.7] });
  });

  it('of a span is the mean of both sides over the places an answer may take', () => {
    const sequence = sequenceOf([
      { token: '[CLS]', text: null },
      { token: 'q', text: 0 },
      { token: 'a', text: 1 },
      { token: 'b', text: 1 },
    ]);
    const target = crossEntropyOfSpan(sequence, { first: 2, last: 3 });
    const flat = { start_logits: tensorOf([0, 9, 0, 0]), end_logits: tensorOf([0, 9, 0, 0]) };
    expect(target.evaluate(flat).f).toBeCloseTo(Math.log(3), 12);
    checkSeeds(target, { start_logits: [0.1, 5, 1, -1], end_logits: [0.4, 0, 2, 0.5] });
  });
});
