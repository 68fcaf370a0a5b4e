import { intAttribute } from '@tessera/onnx';
import { fromFront } from '../graph-builder.ts';
import { rule } from '../rule.ts';

/**
 * y = softmax x ⇒ dx = y·(dy − Σ y·dy), the sum along the softmax axis.
 *
 * A row whose scores are all −∞ gives NaN. Exporters guard such rows with Where(IsNaN(y), 0, y); where they
 * do, the same guard keeps the NaN out of the gradient.
 */
export const softmax = rule('Softmax', ({ g, node, x: [x = ''], y, dy }) => {
  const axis = fromFront(intAttribute(node, 'axis', -1), g.rank(x));
  const guarded = g.graph.consumers(y).some((reader) => reader.opType === 'IsNaN');
  const p = guarded ? g.where(g.op('IsNaN', [y]), 0, y) : y;
  const weighted = g.mul(p, dy);
  return [g.sub(weighted, g.mul(p, g.reduceSum(weighted, [axis])))];
});
