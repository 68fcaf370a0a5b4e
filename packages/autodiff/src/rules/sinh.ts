import { rule } from '../rule.ts';

/** y = sinh x ⇒ dx = dy·cosh x. */
export const sinh = rule('Sinh', ({ g, x: [x = ''], dy }) => [g.mul(dy, g.op('Cosh', [x]))]);
