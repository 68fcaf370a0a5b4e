import { rule } from '../rule.ts';

/** Unit axes dropped: dx = dy in the shape of x. */
export const squeeze = rule('Squeeze', ({ g, x: [x = ''], dy }) => [g.reshapeLike(dy, x)], { flows: [0] });
