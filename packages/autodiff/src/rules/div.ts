import { elementwise } from '../rule.ts';

/** y = a/b ⇒ da = dy/b, db = −dy·y/b. */
export const div = elementwise('Div', ({ g, x: [, b = ''], y, dy, wants }) => [
  wants(0) && g.div(dy, b),
  wants(1) && g.neg(g.div(g.mul(dy, y), b)),
]);
