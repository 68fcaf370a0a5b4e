import { reductionOf } from '../reduction.ts';
import { rule } from '../rule.ts';

/** y = √Σ x² ⇒ dx = dy·x/y, and 0 where the norm is 0. */
export const reduceL2 = rule(
  'ReduceL2',
  ({ g, node, x: [x = ''], y, dy }) => {
    const share = g.where(g.equal(y, 0), 0, g.div(dy, y));
    return [g.mul(x, reductionOf(g, node).spread(share))];
  },
  { flows: [0] },
);
