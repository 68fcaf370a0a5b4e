import { rule } from '../rule.ts';

/**
 * x = (q − zero)·scale ⇒ the gradient passes unchanged to the matching QuantizeLinear ("straight through",
 * Bengio et al. 2013): rounding itself has the derivative 0 almost everywhere and would tell nothing.
 */
export const dequantizeLinear = rule('DequantizeLinear', ({ dy }) => [dy], { flows: [0] });
