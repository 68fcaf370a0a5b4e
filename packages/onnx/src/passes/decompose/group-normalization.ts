import { floatAttribute, intAttribute } from '../../attribute.ts';
import type { Decomposition } from './decomposition.ts';

/**
 * Normalises each group of channels over its channels and spatial axes; γ and β per group (opset 18) or
 * channel (21).
 */
export const groupNormalization: Decomposition = (node, g) => {
  const [x = '', scale = '', bias = ''] = node.input;
  const groups = intAttribute(node, 'num_groups', 1);
  const flat = g.reshape(x, [0, groups, -1]);
  const centred = g.sub(flat, g.reduceMean(flat, [2]));
  const variance = g.reduceMean(g.mul(centred, centred), [2]);
  const normal = g.div(centred, g.sqrt(g.add(variance, floatAttribute(node, 'epsilon', 1e-5))));
  if (g.graph.opset < 21) {
    const perGroup = (value: string) => g.unsqueeze(value, [1]);
    return [g.reshape(g.add(g.mul(normal, perGroup(scale)), perGroup(bias)), g.shape(x))];
  }
  // [N, G, C/G · …] → [N, C, …]: channels come apart again.
  const perChannel = (value: string) => g.unsqueeze(value, [1]);
  const channels = g.gather(g.shape(x), g.ints([1]));
  const rows = g.reshape(normal, g.concat([g.ints([0]), channels, g.ints([-1])], 0));
  return [g.reshape(g.add(g.mul(rows, perChannel(scale)), perChannel(bias)), g.shape(x))];
};
