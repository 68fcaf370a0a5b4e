import { rule } from '../rule.ts';

/** The same elements in another shape: dx = dy in the shape of x. */
export const reshape = rule('Reshape', ({ g, x: [x = ''], dy }) => [g.reshapeLike(dy, x)], { flows: [0] });
