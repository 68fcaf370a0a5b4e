import { describe, expect, it } from 'vitest';
import { sentence } from '../testing/sequences.ts';
import { attribute } from '../testing/subjects.ts';
import { toyContext } from '../testing/toy-model.ts';

// F = Σ e³: the gradient 3e² bends, so that noise shows; with noise σ the mean of x̃ · 3x̃² is 3e³ + 9eσ².
const model = {
  table: [[0], [0.1], [-0.1], [1], [-0.5], [0.8]],
  outputs: (e: readonly Float64Array[]) => ({ logits: [e.reduce((s, v) => s + v[0]! ** 3, 0)] }),
};
const instance = sentence(['x', 'y', 'z'], { ids: [3, 4, 5] });
const smooth = async (options: object) =>
  (await attribute(instance, toyContext(model), { method: 'smooth_grads', ...options })).values;
const vanilla = async () => (await attribute(instance, toyContext(model), { method: 'simple_grads' })).values;

describe('smooth_grads', () => {
  it('without noise is the vanilla method', async () => {
    const [plain, smoothed] = [await vanilla(), await smooth({ noise: 0, n_samples: 3 })];
    smoothed.forEach((value, t) => expect(value).toBeCloseTo(plain[t]!, 6));
  });

  it('equal seeds give equal values, other seeds others', async () => {
    const first = await smooth({ seed: 1, n_samples: 5 });
    expect(await smooth({ seed: 1, n_samples: 5 })).toEqual(first);
    expect(await smooth({ seed: 2, n_samples: 5 })).not.toEqual(first);
  });

  it('tends to the mean over the noise, its variance like 1/n', async () => {
    const sigma = 0.2 * 1.5; // max − min of the row's embeddings is 1.5
    const expected = 3 * 1 + 9 * 1 * sigma ** 2;
    const spread = async (n_samples: number): Promise<number> => {
      const runs = Array.from({ length: 120 }, (_, seed) => smooth({ seed, n_samples, noise: 0.2 }));
      const errors = (await Promise.all(runs)).map((values) => (values[1]! - expected) ** 2);
      return errors.reduce((a, b) => a + b) / errors.length;
    };
    const [few, many] = [await spread(2), await spread(16)];
    expect(few / many).toBeGreaterThan(4);
    expect(few / many).toBeLessThan(16);
  });

  it('wraps other gradient methods', async () => {
    const wrapped = await smooth({ wraps: 'gradient_norm', noise: 0, n_samples: 2 });
    const norm = (await attribute(instance, toyContext(model), { method: 'gradient_norm' })).values;
    wrapped.forEach((value, t) => expect(value).toBeCloseTo(norm[t]!, 6));
    const integrated = await smooth({ wraps: 'integrated_grads', noise: 0, n_samples: 2, n_steps: 4 });
    const whole = (await attribute(instance, toyContext(model), { method: 'integrated_grads', n_steps: 4 }))
      .values;
    integrated.forEach((value, t) => expect(value).toBeCloseTo(whole[t]!, 6));
  });
});
