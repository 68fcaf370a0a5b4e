import { describe, expect, it } from 'vitest';
import { explainMethods } from './explain-catalogue.ts';
import { guessOf } from './guess.ts';

describe('a guess', () => {
  it.each([
    ['kernal_shap', 'kernel_shap'],
    ['Integrated_Grads', 'integrated_grads'],
    ['intergated_grads', 'integrated_grads'],
    ['shap', 'kernel_shap'],
    ['oclusion', 'occlusion'],
  ])('takes %s for %s', (name, meant) => {
    expect(guessOf(name, explainMethods)).toBe(` Did you mean "${meant}"?`);
  });

  it.each(['nonsense', '', 'x', 'gradients_of_everything', 'a'.repeat(1_000_000)])(
    'is not made from %.20s',
    (name) => {
      expect(guessOf(name, explainMethods)).toBe('');
    },
  );
});
