import { floatAttribute } from '@tessera/onnx';
import { rule } from '../rule.ts';

/** y = x for x > 0, else αx ⇒ dx = dy or α·dy. */
export const leakyRelu = rule('LeakyRelu', ({ g, node, x: [x = ''], dy }) => [
  g.where(g.greater(x, 0), dy, g.mul(dy, floatAttribute(node, 'alpha', 0.01))),
]);
