import { DataType, intAttribute } from '@tessera/onnx';
import { fromFront } from '../graph-builder.ts';
import { rule } from '../rule.ts';
import { scatterAlong } from '../scatter.ts';

/**
 * y = x[indices] along an axis ⇒ dx adds each slice of dy where it was read. A scalar index reads one place
 * once.
 */
export const gather = rule(
  'Gather',
  ({ g, node, x: [x = '', indices = ''], dy }) => {
    const axis = fromFront(intAttribute(node, 'axis', 0), g.rank(x));
    const indicesRank = g.rank(indices);
    const places = g.cast(indices, DataType.INT64);
    return [scatterAlong(g, { dy, indices: places, indicesRank, x, axis, unique: indicesRank === 0 })];
  },
  { flows: [0] },
);
