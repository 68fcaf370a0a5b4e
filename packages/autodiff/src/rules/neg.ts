import { rule } from '../rule.ts';

/** y = −x ⇒ dx = −dy. */
export const neg = rule('Neg', ({ g, dy }) => [g.neg(dy)]);
