import { rule } from '../rule.ts';

/** y = √x ⇒ dx = dy/(2y). */
export const sqrt = rule('Sqrt', ({ g, y, dy }) => [g.div(g.mul(dy, 0.5), y)]);
