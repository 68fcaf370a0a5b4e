import { reductionOf } from '../reduction.ts';
import { rule } from '../rule.ts';

/** y = Σ x² ⇒ dx = 2·x·dy. */
export const reduceSumSquare = rule(
  'ReduceSumSquare',
  ({ g, node, x: [x = ''], dy }) => [g.mul(g.mul(x, 2), reductionOf(g, node).spread(dy))],
  { flows: [0] },
);
