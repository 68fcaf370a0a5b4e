import { rule } from '../rule.ts';

/** y = |x| ⇒ dx = dy·sign x, 0 at x = 0. */
export const abs = rule('Abs', ({ g, x: [x = ''], dy }) => [g.mul(dy, g.op('Sign', [x]))]);
