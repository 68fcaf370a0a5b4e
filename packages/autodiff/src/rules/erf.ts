import { rule } from '../rule.ts';

/** y = erf x ⇒ dx = dy·(2/√π)·e^(−x²). */
export const erf = rule('Erf', ({ g, x: [x = ''], dy }) => [
  g.mul(g.mul(dy, 2 / Math.sqrt(Math.PI)), g.exp(g.neg(g.mul(x, x)))),
]);
