import { floatAttribute } from '@tessera/onnx';
import { rule } from '../rule.ts';

/** y = clip(αx + β, 0, 1) ⇒ dx = α·dy where 0 < y < 1, else 0. */
export const hardSigmoid = rule('HardSigmoid', ({ g, node, y, dy }) => {
  const inside = g.op('And', [g.greater(y, 0), g.less(y, 1)]);
  return [g.where(inside, g.mul(dy, floatAttribute(node, 'alpha', 0.2)), 0)];
});
