import { rule } from '../rule.ts';

/** The same elements as a matrix: dx = dy in the shape of x. */
export const flatten = rule('Flatten', ({ g, x: [x = ''], dy }) => [g.reshapeLike(dy, x)]);
