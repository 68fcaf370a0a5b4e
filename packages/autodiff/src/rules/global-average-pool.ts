import { axesUpTo } from '../graph-builder.ts';
import { reducedCount } from '../reduction.ts';
import { rule } from '../rule.ts';

/** y = mean over the spatial axes ⇒ every element gets dy/n. */
export const globalAveragePool = rule('GlobalAveragePool', ({ g, x: [x = ''], dy }) => {
  const spatial = axesUpTo(g.rank(x)).slice(2);
  return [g.expand(g.div(dy, reducedCount(g, x, spatial)), g.shape(x))];
});
