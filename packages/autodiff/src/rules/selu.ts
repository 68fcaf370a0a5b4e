import { floatAttribute } from '@tessera/onnx';
import { rule } from '../rule.ts';

/** y = γx for x > 0, else γα(eˣ − 1) ⇒ dx = γ·dy or dy·(y + γα). */
export const selu = rule('Selu', ({ g, node, x: [x = ''], y, dy }) => {
  const alpha = floatAttribute(node, 'alpha', 1.6732632423543772);
  const gamma = floatAttribute(node, 'gamma', 1.0507009873554805);
  return [g.where(g.greater(x, 0), g.mul(dy, gamma), g.mul(dy, g.add(y, gamma * alpha)))];
});
