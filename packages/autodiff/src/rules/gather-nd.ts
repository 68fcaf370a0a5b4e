import { DataType, intAttribute } from '@tessera/onnx';
import { unsupportedForm } from '../graph-builder.ts';
import type { RuleContext } from '../rule.ts';
import { rule } from '../rule.ts';
import { scatterRows } from '../scatter.ts';
import { fixedLength } from '../shapes.ts';

/**
 * y = x[i₀, i₁, …] for index tuples over the first k axes ⇒ dx adds each slice of dy where it was read. The k
 * axes are flattened into one, and each tuple into the row number Σ iⱼ·strideⱼ.
 */
export const gatherNd = rule(
  'GatherND',
  ({ g, node, x: [x = '', indices = ''], dy }: RuleContext) => {
    if (intAttribute(node, 'batch_dims', 0) !== 0) throw unsupportedForm(node, 'batch_dims is not 0');
    const depth = fixedLength(g.axes(indices).at(-1) ?? []);
    if (depth === undefined) throw unsupportedForm(node, 'the length of its index tuples varies');
    const tuples = g.cast(indices, DataType.INT64);
    const component = (axis: number) => {
      const chosen = g.gather(tuples, g.int(axis), g.rank(indices) - 1);
      const flat = g.reshape(chosen, [-1]);
      return g.where(g.less(flat, 0), g.add(flat, g.length(x, axis)), flat);
    };
    let rows = component(0);
    for (let axis = 1; axis < depth; axis++) rows = g.add(g.mul(rows, g.length(x, axis)), component(axis));
    const rest = g.rank(x) - depth;
    const restShape = g.slice(g.shape(x), g.ints([depth]), g.ints([g.rank(x)]), [0]);
    const updates = g.reshape(dy, rest === 0 ? [-1] : g.concat([g.ints([-1]), restShape], 0));
    const count = g.op('ReduceProd', [g.slice(g.shape(x), g.ints([0]), g.ints([depth]), [0])], {
      keepdims: 1,
    });
    const column = rest === 0 ? g.unsqueeze(updates, [1]) : updates;
    const summed = scatterRows(g, {
      rows,
      updates: column,
      updatesRank: rest === 0 ? 2 : rest + 1,
      count,
      fixedCount: undefined,
      unique: false,
    });
    return [g.reshapeLike(summed, x)];
  },
  { flows: [0] },
);
