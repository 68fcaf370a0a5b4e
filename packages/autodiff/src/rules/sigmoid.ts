import { rule } from '../rule.ts';

/** y = 1/(1 + e⁻ˣ) ⇒ dx = dy·y·(1 − y). */
export const sigmoid = rule('Sigmoid', ({ g, y, dy }) => [g.mul(dy, g.mul(y, g.sub(1, y)))]);
