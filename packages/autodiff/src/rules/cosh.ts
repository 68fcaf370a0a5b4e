import { rule } from '../rule.ts';

/** y = cosh x ⇒ dx = dy·sinh x. */
export const cosh = rule('Cosh', ({ g, x: [x = ''], dy }) => [g.mul(dy, g.op('Sinh', [x]))]);
