import { reducedCount, reductionOf } from '../reduction.ts';
import { rule } from '../rule.ts';

/** y = (1/n)·Σ x ⇒ every element gets dy/n. */
export const reduceMean = rule(
  'ReduceMean',
  ({ g, node, x: [x = ''], dy }) => {
    const { axes, spread } = reductionOf(g, node);
    return [g.expand(g.div(spread(dy), reducedCount(g, x, axes)), g.shape(x))];
  },
  { flows: [0] },
);
