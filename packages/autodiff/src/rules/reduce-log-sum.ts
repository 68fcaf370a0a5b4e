import { reductionOf } from '../reduction.ts';
import { rule } from '../rule.ts';

/** y = ln Σ x ⇒ every element gets dy/Σ x = dy·e⁻ʸ. */
export const reduceLogSum = rule(
  'ReduceLogSum',
  ({ g, node, x: [x = ''], y, dy }) => {
    const share = g.mul(dy, g.exp(g.neg(y)));
    return [g.expand(reductionOf(g, node).spread(share), g.shape(x))];
  },
  { flows: [0] },
);
