import { rule } from '../rule.ts';

/** y = arctan x ⇒ dx = dy/(1 + x²). */
export const atan = rule('Atan', ({ g, x: [x = ''], dy }) => [g.div(dy, g.add(g.mul(x, x), 1))]);
