import { rule } from '../rule.ts';

/** y = 1/x ⇒ dx = −dy·y². */
export const reciprocal = rule('Reciprocal', ({ g, y, dy }) => [g.neg(g.mul(dy, g.mul(y, y)))]);
