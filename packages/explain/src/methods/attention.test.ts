import { describe, expect, it } from 'vitest';
import { sentence } from '../testing/sequences.ts';
import { attribute } from '../testing/subjects.ts';
import { toyContext } from '../testing/toy-model.ts';

// Two layers, two heads, three tokens; rows sum to 1.
const layer0 = [
  [0.5, 0.3, 0.2],
  [0.1, 0.8, 0.1],
  [0.2, 0.2, 0.6],
  [0.4, 0.4, 0.2],
  [0.3, 0.3, 0.4],
  [0, 0.5, 0.5],
];
const layer1 = [
  [0.2, 0.7, 0.1],
  [0.6, 0.2, 0.2],
  [0.3, 0.3, 0.4],
  [0.4, 0.1, 0.5],
  [0.2, 0.2, 0.6],
  [0.1, 0.8, 0.1],
];
const model = {
  table: [[0], [0], [0], [1]],
  outputs: () => ({
    logits: [1],
    'attentions.0': { shape: [2, 3, 3], data: layer0.flat() },
    'attentions.1': { shape: [2, 3, 3], data: layer1.flat() },
  }),
};
const instance = sentence(['x'], { ids: [3] });

describe('attention', () => {
  it("is the mean over heads of the first token's row in the last layer", async () => {
    const { values } = await attribute(instance, toyContext(model), { method: 'attention' });
    [0.3, 0.4, 0.3].forEach((expected, t) => expect(values[t]).toBeCloseTo(expected, 12));
  });
});

describe('scaled_attention', () => {
  it('multiplies the weights, not their sum, by their gradient', async () => {
    const slope = layer1.flat().map((_, i) => i - 8);
    const context = toyContext(model, {
      gradient: async ({ points, attentionLayers }) => {
        expect(attentionLayers).toEqual([-1]);
        return points.map(() => ({
          outputs: {},
          gradient: new Float32Array(3),
          attentions: [
            { heads: 2, weights: Float32Array.from(layer1.flat()), gradients: Float32Array.from(slope) },
          ],
        }));
      },
    });
    const { values } = await attribute(instance, context, { method: 'scaled_attention' });
    const expected = [0, 1, 2].map((t) => (layer1[0]![t]! * slope[t]! + layer1[3]![t]! * slope[9 + t]!) / 2);
    expected.forEach((value, t) => expect(values[t]).toBeCloseTo(value, 6));
  });
});

describe('attention_rollout', () => {
  it('is the product of the mixed layers, worked out by hand', async () => {
    const mixed = (rows: number[][]): number[][] =>
      [0, 1, 2].map((q) => [0, 1, 2].map((k) => (rows[q]![k]! + rows[3 + q]![k]!) / 4 + (q === k ? 0.5 : 0)));
    const [first, second] = [mixed(layer0), mixed(layer1)];
    const expected = [0, 1, 2].map((k) =>
      [0, 1, 2].reduce((sum, j) => sum + second[0]![j]! * first[j]![k]!, 0),
    );
    const { values } = await attribute(instance, toyContext(model), { method: 'attention_rollout' });
    expected.forEach((value, t) => expect(values[t]).toBeCloseTo(value, 12));
    expect(values.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });
});
