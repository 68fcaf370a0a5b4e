import { rule } from '../rule.ts';

/** y = tanh x ⇒ dx = dy·(1 − y²). */
export const tanh = rule('Tanh', ({ g, y, dy }) => [g.mul(dy, g.sub(1, g.mul(y, y)))]);
