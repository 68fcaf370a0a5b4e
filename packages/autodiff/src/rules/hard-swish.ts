import { rule } from '../rule.ts';

/** y = x·clip(x/6 + ½, 0, 1) ⇒ dx = 0 for x ≤ −3, dy for x ≥ 3, dy·(x/3 + ½) between. */
export const hardSwish = rule('HardSwish', ({ g, x: [x = ''], dy }) => {
  const middle = g.mul(dy, g.add(g.mul(x, 1 / 3), 0.5));
  return [g.where(g.less(x, -3), 0, g.where(g.greater(x, 3), dy, middle))];
});
