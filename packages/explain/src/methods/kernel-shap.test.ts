import { seededRandom } from '@tessera/base';
import { describe, expect, it } from 'vitest';
import { coalitions } from '../coalitions.ts';
import { sentence } from '../testing/sequences.ts';
import { attribute } from '../testing/subjects.ts';
import { toyContext } from '../testing/toy-model.ts';

// Products of neighbours and a clipped sum: nothing additive about it.
const value = (e: readonly number[]): number =>
  e.reduce((sum, v, i) => sum + v * (e[i + 1] ?? 1), 0) + Math.max(0, e.reduce((a, b) => a + b) - 1);
const embeddings = [0.9, -0.4, 1.2, 0.3, 0.8, -1.1];
const model = {
  table: [[0], [0], [0], ...embeddings.map((e) => [e])],
  outputs: (e: readonly Float64Array[]) => ({ logits: [value(e.slice(1, -1).map((v) => v[0]!))] }),
};
const instance = sentence(['a', 'b', 'c', 'd', 'e', 'f'], { ids: [3, 4, 5, 6, 7, 8] });

/** Shapley's definition: the mean marginal contribution over all orders. */
function exactShapley(): number[] {
  const totals = embeddings.map(() => 0);
  let orders = 0;
  const walk = (order: number[]): void => {
    if (order.length === embeddings.length) {
      orders += 1;
      let before = value(embeddings.map(() => 0));
      order.forEach((feature, k) => {
        const kept = new Set(order.slice(0, k + 1));
        const now = value(embeddings.map((e, i) => (kept.has(i) ? e : 0)));
        totals[feature]! += now - before;
        before = now;
      });
      return;
    }
    for (let i = 0; i < embeddings.length; i += 1) if (!order.includes(i)) walk([...order, i]);
  };
  walk([]);
  return totals.map((total) => total / orders);
}

describe('kernel_shap', () => {
  it('equals the Shapley values of full enumeration when every coalition is allowed', async () => {
    const found = await attribute(instance, toyContext(model), { method: 'kernel_shap', n_samples: 62 });
    exactShapley().forEach((expected, i) => expect(found.values[i + 1]).toBeCloseTo(expected, 6));
    expect(found.meter.calls).toBe(62 + 2);
  });

  it('comes close with fewer samples and keeps the sum exact', async () => {
    const found = await attribute(instance, toyContext(model), { method: 'kernel_shap', n_samples: 40 });
    exactShapley().forEach((expected, i) =>
      expect(Math.abs(found.values[i + 1]! - expected)).toBeLessThan(0.3),
    );
    expect(found.gap).toBeCloseTo(0, 10);
  });
});

describe('coalitions', () => {
  it('are distinct, proper and no more than asked for', () => {
    for (const [features, draws] of [
      [1, 10],
      [2, 10],
      [5, 12],
      [12, 300],
      [40, 500],
    ] as const) {
      const found = coalitions(features, draws, seededRandom(3));
      expect(found.length).toBeLessThanOrEqual(draws);
      expect(new Set(found.map((c) => c.kept.map(Number).join(''))).size).toBe(found.length);
      for (const { kept } of found) {
        expect(kept).toContain(true);
        expect(kept).toContain(false);
      }
    }
  });

  it('weights of all coalitions are the Shapley kernel', () => {
    const found = coalitions(4, 14, seededRandom(0));
    const size = (kept: readonly boolean[]): number => kept.filter(Boolean).length;
    const weight = (s: number): number => found.find((c) => size(c.kept) === s)!.weight;
    expect(found).toHaveLength(14);
    // (d − 1) / (C(d, s) · s · (d − s)): 3/12 at sizes 1 and 3, 3/24 at size 2.
    expect(weight(1) / weight(2)).toBeCloseTo(2, 12);
    expect(weight(3)).toBeCloseTo(weight(1), 12);
  });
});
