import { reductionOf } from '../reduction.ts';
import { rule } from '../rule.ts';

/** y = Π x ⇒ dxᵢ = dy·y/xᵢ; only for products without zeros. */
export const reduceProd = rule(
  'ReduceProd',
  ({ g, node, x: [x = ''], y, dy }) => {
    const { spread } = reductionOf(g, node);
    return [g.div(spread(g.mul(dy, y)), x)];
  },
  { flows: [0] },
);
