import { elementwise } from '../rule.ts';

/** y = a − b ⇒ da = dy, db = −dy. */
export const sub = elementwise('Sub', ({ g, dy, wants }) => [dy, wants(1) && g.neg(dy)]);
