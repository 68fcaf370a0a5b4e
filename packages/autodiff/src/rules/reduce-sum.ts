import { reductionOf } from '../reduction.ts';
import { rule } from '../rule.ts';

/** y = Σ x ⇒ every element gets dy. */
export const reduceSum = rule(
  'ReduceSum',
  ({ g, node, x: [x = ''], dy }) => [g.expand(reductionOf(g, node).spread(dy), g.shape(x))],
  { flows: [0] },
);
