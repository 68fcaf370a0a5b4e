import type { RuleContext } from '../rule.ts';
import { rule } from '../rule.ts';

/** y = min(max(x, low), high) ⇒ dx = dy where low ≤ x ≤ high, else 0; the limits are constants. */
export const clip = rule(
  'Clip',
  ({ g, x: [x = '', low, high], dy }: RuleContext) => {
    const aboveLow = low ? g.where(g.less(x, low), 0, dy) : dy;
    return [high ? g.where(g.greater(x, high), 0, aboveLow) : aboveLow];
  },
  { flows: [0] },
);
