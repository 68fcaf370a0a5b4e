import { rule } from '../rule.ts';

/** y = x/(1 + |x|) ⇒ dx = dy·(1 − |y|)². */
export const softsign = rule('Softsign', ({ g, y, dy }) => {
  const slack = g.sub(1, g.op('Abs', [y]));
  return [g.mul(dy, g.mul(slack, slack))];
});
