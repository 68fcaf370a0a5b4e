import { rule } from '../rule.ts';

/** y = cos x ⇒ dx = −dy·sin x. */
export const cos = rule('Cos', ({ g, x: [x = ''], dy }) => [g.neg(g.mul(dy, g.op('Sin', [x])))]);
