import { rule } from '../rule.ts';

/** y = arcsin x ⇒ dx = dy/√(1 − x²). */
export const asin = rule('Asin', ({ g, x: [x = ''], dy }) => [g.div(dy, g.sqrt(g.sub(1, g.mul(x, x))))]);
