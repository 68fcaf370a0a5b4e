import { floatAttribute } from '@tessera/onnx';
import { rule } from '../rule.ts';

/** y = x for x > 0, else α(eˣ − 1) ⇒ dx = dy or dy·(y + α). */
export const elu = rule('Elu', ({ g, node, x: [x = ''], y, dy }) => [
  g.where(g.greater(x, 0), dy, g.mul(dy, g.add(y, floatAttribute(node, 'alpha', 1)))),
]);
