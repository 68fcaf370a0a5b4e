import { floatAttribute, intAttribute } from '../../attribute.ts';
import type { Emitter, Value } from '../../emitter.ts';
import type { Decomposition } from './decomposition.ts';

/** γ·x/√(mean x² + ε) over the last axis. */
export const simplifiedLayerNormalization: Decomposition = (node, g) => {
  const [x = '', scale = ''] = node.input;
  if (intAttribute(node, 'axis', -1) !== -1 || node.output[1]) return undefined;
  return [rootMeanSquareNormal(g, x, scale, floatAttribute(node, 'epsilon', 1e-5))];
};

export function rootMeanSquareNormal(g: Emitter, x: Value, scale: Value, epsilon: number): Value {
  const meanSquare = g.reduceMean(g.mul(x, x), [-1]);
  return g.mul(g.div(x, g.sqrt(g.add(meanSquare, epsilon))), scale);
}
