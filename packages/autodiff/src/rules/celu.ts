import { floatAttribute } from '@tessera/onnx';
import { rule } from '../rule.ts';

/** y = x for x > 0, else α(e^(x/α) − 1) ⇒ dx = dy or dy·e^(x/α). */
export const celu = rule('Celu', ({ g, node, x: [x = ''], dy }) => {
  const alpha = floatAttribute(node, 'alpha', 1);
  return [g.where(g.greater(x, 0), dy, g.mul(dy, g.exp(g.div(x, alpha))))];
});
