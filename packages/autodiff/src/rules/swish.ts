import { floatAttribute } from '@tessera/onnx';
import { rule } from '../rule.ts';

/** y = x·s with s = σ(αx) ⇒ dx = dy·(s + α·y·(1 − s)). */
export const swish = rule('Swish', ({ g, node, x: [x = ''], y, dy }) => {
  const alpha = floatAttribute(node, 'alpha', 1);
  const s = g.sigmoid(g.mul(x, alpha));
  return [g.mul(dy, g.add(s, g.mul(g.mul(y, g.sub(1, s)), alpha)))];
});
