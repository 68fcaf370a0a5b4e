import { reductionOf } from '../reduction.ts';
import { rule } from '../rule.ts';

/** y = Σ |x| ⇒ dx = dy·sign x. */
export const reduceL1 = rule(
  'ReduceL1',
  ({ g, node, x: [x = ''], dy }) => [g.mul(g.op('Sign', [x]), reductionOf(g, node).spread(dy))],
  { flows: [0] },
);
