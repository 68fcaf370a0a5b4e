import { describe, expect, it } from 'vitest';
import { sentence } from '../testing/sequences.ts';
import { attribute } from '../testing/subjects.ts';
import { toyContext } from '../testing/toy-model.ts';

// F = Σ_t (t + 1) · (2 e_t0 − e_t1) + 3: linear, so that every gradient method has one right answer.
const table = [
  [0, 0],
  [0.5, 0.25],
  [-0.5, 0.125],
  [1, 2],
  [-3, 1],
  [0.25, -1],
];
const linearModel = {
  table,
  outputs: (e: readonly Float64Array[]) => ({
    logits: [0, 3 + e.reduce((sum, [a, b], t) => sum + (t + 1) * (2 * a! - b!), 0)],
  }),
};
const instance = sentence(['x', 'y', 'z'], { ids: [3, 4, 5] });
const ids = [1, 3, 4, 5, 2];
const gradientTimesInput = ids.map((id, t) => (t + 1) * (2 * table[id]![0]! - table[id]![1]!));
const target = 1;

describe('on a linear model', () => {
  it("simple_grads is gradient times the token's own embedding", async () => {
    const found = await attribute(instance, toyContext(linearModel), { method: 'simple_grads', target });
    found.values.forEach((value, t) => expect(value).toBeCloseTo(gradientTimesInput[t]!, 5));
  });

  it('integrated_grads from zero equals gradient times input exactly, with any rule and one step; specials stay', async () => {
    for (const quadrature of ['left', 'midpoint', 'gauss_legendre']) {
      const options = { method: 'integrated_grads', target, baseline: 'zero', n_steps: 1, quadrature };
      const found = await attribute(instance, toyContext(linearModel), options);
      found.values.forEach((value, t) =>
        expect(value).toBeCloseTo(t === 0 || t === 4 ? 0 : gradientTimesInput[t]!, 5),
      );
      expect(found.gap).toBeCloseTo(0, 5);
      expect(found.f - found.fBaseline!).toBeCloseTo(
        gradientTimesInput.slice(1, 4).reduce((a, b) => a + b),
        5,
      );
    }
  });

  it('occlusion, LIME without penalty to speak of and Kernel SHAP find the same numbers', async () => {
    const expected = gradientTimesInput.map((value, t) => (t === 0 || t === 4 ? 0 : value));
    for (const [method, digits] of [
      ['occlusion', 5],
      ['kernel_shap', 5],
      ['lime', 0],
    ] as const) {
      const options = { method, target, baseline: 'zero', n_samples: 2000 };
      const found = await attribute(instance, toyContext(linearModel), options);
      found.values.forEach((value, t) => expect(value).toBeCloseTo(expected[t]!, digits));
    }
  });

  it('gradient_norm is the norm of the gradient, L1 on request', async () => {
    const context = toyContext(linearModel);
    const l2 = await attribute(instance, context, { method: 'gradient_norm', target });
    l2.values.forEach((value, t) => expect(value).toBeCloseTo((t + 1) * Math.sqrt(5), 5));
    const l1 = await attribute(instance, context, { method: 'gradient_norm', target, reduction: 'sum' });
    l1.values.forEach((value, t) => expect(value).toBeCloseTo((t + 1) * 3, 5));
  });

  it('l2 takes the norm of the products', async () => {
    const options = { method: 'simple_grads', target, reduction: 'l2' };
    const found = await attribute(instance, toyContext(linearModel), options);
    ids.forEach((id, t) =>
      expect(found.values[t]).toBeCloseTo((t + 1) * Math.hypot(2 * table[id]![0]!, table[id]![1]!), 5),
    );
  });

  it('contrast explains the difference of two logits', async () => {
    const options = { method: 'simple_grads', target: 'no', contrast: 'yes' };
    const found = await attribute(instance, toyContext(linearModel), options);
    expect(found.f).toBeCloseTo(-3 - gradientTimesInput.reduce((a, b) => a + b), 5);
    found.values.forEach((value, t) => expect(value).toBeCloseTo(-gradientTimesInput[t]!, 5));
  });
});

describe('simple_grads', () => {
  it("depends on the token's own embedding, not on the first token's", async () => {
    const model = (first: number[]) => ({ ...linearModel, table: [table[0]!, first, ...table.slice(2)] });
    const at = async (first: number[]) =>
      (await attribute(instance, toyContext(model(first)), { method: 'simple_grads', target })).values;
    const [a, b] = [await at([0.5, 0.25]), await at([9, -4])];
    expect(a[1]).toBeCloseTo(b[1]!, 5);
    expect(Math.abs(a[0]! - b[0]!)).toBeGreaterThan(1);
  });
});
