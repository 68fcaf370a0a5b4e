import { axesUpTo } from '../graph-builder.ts';
import { rule } from '../rule.ts';

/** y = max over the spatial axes ⇒ the elements that attain it share dy equally. */
export const globalMaxPool = rule('GlobalMaxPool', ({ g, x: [x = ''], y, dy }) => {
  const attained = g.indicator(g.equal(x, y), dy);
  const share = g.div(dy, g.reduceSum(attained, axesUpTo(g.rank(x)).slice(2)));
  return [g.mul(attained, share)];
});
