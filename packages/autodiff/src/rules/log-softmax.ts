import { intAttribute } from '@tessera/onnx';
import { fromFront } from '../graph-builder.ts';
import { rule } from '../rule.ts';

/** y = log softmax x ⇒ dx = dy − eʸ·Σ dy, the sum along the softmax axis. */
export const logSoftmax = rule('LogSoftmax', ({ g, node, x: [x = ''], y, dy }) => {
  const axis = fromFront(intAttribute(node, 'axis', -1), g.rank(x));
  return [g.sub(dy, g.mul(g.exp(y), g.reduceSum(dy, [axis])))];
});
