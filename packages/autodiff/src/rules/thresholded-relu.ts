import { floatAttribute } from '@tessera/onnx';
import { rule } from '../rule.ts';

/** y = x for x > α, else 0 ⇒ dx = dy or 0. */
export const thresholdedRelu = rule('ThresholdedRelu', ({ g, node, x: [x = ''], dy }) => [
  g.where(g.greater(x, floatAttribute(node, 'alpha', 1)), dy, 0),
]);
