import { rule } from '../rule.ts';

/** y = artanh x ⇒ dx = dy/(1 − x²). */
export const atanh = rule('Atanh', ({ g, x: [x = ''], dy }) => [g.div(dy, g.sub(1, g.mul(x, x)))]);
