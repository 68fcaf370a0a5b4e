import { rule } from '../rule.ts';

/** y = max(x, 0) ⇒ dx = dy where y > 0, else 0. */
export const relu = rule('Relu', ({ g, y, dy }) => [g.where(g.greater(y, 0), dy, 0)]);
