import { rule } from '../rule.ts';

/** y = eˣ ⇒ dx = dy·y. */
export const exp = rule('Exp', ({ g, y, dy }) => [g.mul(dy, y)]);
