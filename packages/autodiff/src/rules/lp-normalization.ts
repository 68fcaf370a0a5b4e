import { intAttribute } from '@tessera/onnx';
import { fromFront } from '../graph-builder.ts';
import { rule } from '../rule.ts';

/** y = x/‖x‖ₚ along an axis ⇒ dx = (dy − u·Σ y·dy)/‖x‖ₚ with u = y for p = 2 and u = sign x for p = 1. */
export const lpNormalization = rule('LpNormalization', ({ g, node, x: [x = ''], y, dy }) => {
  const axis = fromFront(intAttribute(node, 'axis', -1), g.rank(x));
  const euclidean = intAttribute(node, 'p', 2) === 2;
  const norm = euclidean ? g.sqrt(g.reduceSum(g.mul(x, x), [axis])) : g.reduceSum(g.op('Abs', [x]), [axis]);
  const direction = euclidean ? y : g.op('Sign', [x]);
  const along = g.mul(direction, g.reduceSum(g.mul(y, dy), [axis]));
  return [g.div(g.sub(dy, along), norm)];
});
