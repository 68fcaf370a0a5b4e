import { float, floatAttribute } from '../../attribute.ts';
import type { Decomposition } from './decomposition.ts';
import { rootMeanSquareNormal } from './simplified-layer-normalization.ts';

/** LayerNormalization(x + skip + bias); the fourth output is the sum itself. */
export const skipLayerNormalization: Decomposition = (node, g) => {
  const [x = '', skip = '', gamma = '', beta = '', bias = ''] = node.input;
  const sum = bias ? g.add(g.add(x, skip), bias) : g.add(x, skip);
  const epsilon = float(floatAttribute(node, 'epsilon', 1e-5));
  const inputs = beta ? [sum, gamma, beta] : [sum, gamma];
  const secondary = node.output[1] || node.output[2] ? 3 : 1;
  const [normal, mean, inverse] = g.ops('LayerNormalization', inputs, { axis: -1, epsilon }, secondary);
  return [normal, mean, inverse, sum];
};

/** RMS normalisation of x + skip + bias; the fourth output is the sum itself. */
export const skipSimplifiedLayerNormalization: Decomposition = (node, g) => {
  const [x = '', skip = '', gamma = '', bias = ''] = node.input;
  if (node.output[1] || node.output[2]) return undefined;
  const sum = bias ? g.add(g.add(x, skip), bias) : g.add(x, skip);
  return [
    rootMeanSquareNormal(g, sum, gamma, floatAttribute(node, 'epsilon', 1e-5)),
    undefined,
    undefined,
    sum,
  ];
};
