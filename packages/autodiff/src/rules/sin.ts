import { rule } from '../rule.ts';

/** y = sin x ⇒ dx = dy·cos x. */
export const sin = rule('Sin', ({ g, x: [x = ''], dy }) => [g.mul(dy, g.op('Cos', [x]))]);
