import { floatAttribute } from '../../attribute.ts';
import type { Decomposition } from './decomposition.ts';

/** Gelu(x + bias). */
export const biasGelu: Decomposition = (node, g) => {
  const [x = '', bias = ''] = node.input;
  return [g.contrib('Gelu', [g.add(x, bias)])];
};

/** The tanh approximation of Gelu of x + bias; without a bias it stays as it is. */
export const fastGelu: Decomposition = (node, g) => {
  const [x = '', bias] = node.input;
  return bias ? [g.contrib('FastGelu', [g.add(x, bias)])] : undefined;
};

/** x·σ(αx). */
export const quickGelu: Decomposition = (node, g) => {
  const x = node.input[0] as string;
  return [g.mul(x, g.sigmoid(g.mul(x, floatAttribute(node, 'alpha', 1.702))))];
};
