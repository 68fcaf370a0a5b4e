import { axesUpTo } from '../graph-builder.ts';
import { rule } from '../rule.ts';

/** x repeated rᵢ times along axis i ⇒ dx = dy seen as [r₀, d₀, r₁, d₁, …], summed over the r axes. */
export const tile = rule(
  'Tile',
  ({ g, x: [x = '', repeats = ''], dy }) => {
    const rank = g.rank(x);
    const pairs = g.concat([g.unsqueeze(repeats, [1]), g.unsqueeze(g.shape(x), [1])], 1);
    const copies = g.reshape(dy, g.reshape(pairs, [-1]));
    const summed = g.reduceSum(
      copies,
      axesUpTo(rank).map((axis) => 2 * axis),
      false,
    );
    return [summed];
  },
  { flows: [0] },
);
