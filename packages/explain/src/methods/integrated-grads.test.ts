import { describe, expect, it } from 'vitest';
import { sentence } from '../testing/sequences.ts';
import { attribute } from '../testing/subjects.ts';
import { toyContext } from '../testing/toy-model.ts';

// F = exp(Σ e): convex along the path, so that the rules' errors are visible and known.
const smoothModel = {
  table: [[0], [0], [0], [0.7], [0.5], [0.3]],
  outputs: (e: readonly Float64Array[]) => ({ logits: [Math.exp(e.reduce((s, v) => s + v[0]!, 0))] }),
};
const instance = sentence(['x', 'y', 'z'], { ids: [3, 4, 5] });
const gap = async (quadrature: string, n_steps: number): Promise<number> =>
  Math.abs(
    (await attribute(instance, toyContext(smoothModel), { method: 'integrated_grads', quadrature, n_steps }))
      .gap!,
  );

describe('integrated_grads', () => {
  it("closes the completeness gap at the quadrature's rate", async () => {
    expect((await gap('left', 8)) / (await gap('left', 16))).toBeCloseTo(2, 0);
    expect((await gap('midpoint', 8)) / (await gap('midpoint', 16))).toBeCloseTo(4, 0);
    expect(await gap('gauss_legendre', 2)).toBeLessThan(0.05);
    expect(await gap('gauss_legendre', 4)).toBeLessThan(1e-4);
  });

  it('is exact in closed form: each token gets its share of the rise', async () => {
    const found = await attribute(instance, toyContext(smoothModel), { method: 'integrated_grads' });
    const rise = Math.exp(1.5) - 1;
    [0, 0.7, 0.5, 0.3, 0].forEach((e, t) => expect(found.values[t]).toBeCloseTo((rise * e) / 1.5, 4));
    expect(found.fBaseline).toBeCloseTo(1, 6);
  });

  it('doubles the steps until the gap is below 1 % when none are given, and keeps given ones', async () => {
    // A steep step in the middle of the path: 20 nodes are not enough.
    const steep = {
      table: [[0], [0], [0], [1]],
      outputs: (e: readonly Float64Array[]) => ({ logits: [Math.tanh(400 * (e[1]![0]! - 0.37))] }),
    };
    const one = sentence(['x'], { ids: [3] });
    const free = await attribute(one, toyContext(steep), { method: 'integrated_grads' });
    expect(free.nSteps).toBeGreaterThan(20);
    expect(Math.abs(free.gap!)).toBeLessThan(0.01 * 2);
    const fixed = await attribute(one, toyContext(steep), { method: 'integrated_grads', n_steps: 20 });
    expect(fixed.nSteps).toBe(20);
    expect(Math.abs(fixed.gap!)).toBeGreaterThan(0.02);
  });

  it('on a spent budget gives the mean over the points it saw, spread over the whole path', async () => {
    const limits = { modelCalls: 10, seconds: Infinity };
    const options = { method: 'integrated_grads', n_steps: 64, quadrature: 'midpoint', limits };
    const found = await attribute(instance, toyContext(smoothModel), options);
    expect(found.meter.spent).toBe(true);
    expect(found.meter.calls).toBe(10);
    expect(found.nSteps).toBe(8); // one call for F(x), one for F(x')
    expect(Math.abs(found.gap!)).toBeLessThan(0.15 * (Math.exp(1.5) - 1));
  });

  it('asks in chunks and counts each row once', async () => {
    const context = toyContext(smoothModel);
    const found = await attribute(instance, context, { method: 'integrated_grads', n_steps: 10 });
    expect(context.recorded.gradientChunks).toEqual([4, 4, 2]);
    expect(found.meter.calls).toBe(1 + 1 + 10);
    expect(context.recorded.progress.at(-1)?.done).toBe(12);
  });
});

describe('layer_integrated_grads', () => {
  it('integrates from the state of the baseline to the state of the input', async () => {
    // hidden = 2e + 1 and F = (Σ hidden)²: at the layer the path and F are known in closed form.
    const square = (h: readonly Float64Array[]) => [h.reduce((s, v) => s + v[0]!, 0) ** 2];
    const table = [[0], [0], [0], [0.7], [-0.2], [0.3]];
    const hidden = (e: readonly Float64Array[]) => e.map((v) => Float64Array.of(2 * v[0]! + 1));
    const atLayer = toyContext({ table, outputs: (h) => ({ logits: square(h) }) });
    const whole = toyContext({
      table,
      outputs: (e) => ({
        logits: square(hidden(e)),
        'hidden_states.0': { shape: [e.length, 1], data: hidden(e).map((v) => v[0]!) },
      }),
    });
    const context = { ...whole, gradient: atLayer.gradient };
    const found = await attribute(instance, context, { method: 'layer_integrated_grads', n_steps: 3 });
    const to = [1, 2.4, 0.6, 1.6, 1];
    const from = [1, 1, 1, 1, 1];
    const [top, bottom] = [to.reduce((a, b) => a + b), from.reduce((a, b) => a + b)];
    found.values.forEach((value, t) => expect(value).toBeCloseTo((to[t]! - from[t]!) * (top + bottom), 4));
    expect(found.gap).toBeCloseTo(0, 4);
  });

  it('names the hidden states there are when asked for another', async () => {
    const context = toyContext(smoothModel);
    await expect(
      attribute(instance, context, { method: 'layer_integrated_grads', layer: 5 }),
    ).rejects.toThrow('explain.layer: the model has the hidden states 0 to 1, not 5');
  });
});
