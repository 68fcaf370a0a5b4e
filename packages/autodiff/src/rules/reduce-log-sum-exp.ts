import { reductionOf } from '../reduction.ts';
import { rule } from '../rule.ts';

/** y = ln Σ eˣ ⇒ dx = dy·eˣ⁻ʸ. */
export const reduceLogSumExp = rule(
  'ReduceLogSumExp',
  ({ g, node, x: [x = ''], y, dy }) => {
    const { spread } = reductionOf(g, node);
    return [g.mul(g.exp(g.sub(x, spread(y))), spread(dy))];
  },
  { flows: [0] },
);
