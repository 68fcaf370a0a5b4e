import { rule } from '../rule.ts';

/** y = x·t with t = tanh(softplus x) ⇒ dx = dy·(t + x·(1 − t²)·σ(x)). */
export const mish = rule('Mish', ({ g, x: [x = ''], dy }) => {
  const t = g.tanh(g.op('Softplus', [x]));
  const slope = g.mul(g.sub(1, g.mul(t, t)), g.sigmoid(x));
  return [g.mul(dy, g.add(t, g.mul(x, slope)))];
});
