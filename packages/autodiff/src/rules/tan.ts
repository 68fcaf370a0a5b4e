import { rule } from '../rule.ts';

/** y = tan x ⇒ dx = dy·(1 + y²). */
export const tan = rule('Tan', ({ g, y, dy }) => [g.mul(dy, g.add(g.mul(y, y), 1))]);
