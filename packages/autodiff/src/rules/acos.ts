import { rule } from '../rule.ts';

/** y = arccos x ⇒ dx = −dy/√(1 − x²). */
export const acos = rule('Acos', ({ g, x: [x = ''], dy }) => [
  g.neg(g.div(dy, g.sqrt(g.sub(1, g.mul(x, x))))),
]);
