import { rule } from '../rule.ts';

/** Unit axes added: dx = dy in the shape of x. */
export const unsqueeze = rule('Unsqueeze', ({ g, x: [x = ''], dy }) => [g.reshapeLike(dy, x)], {
  flows: [0],
});
