import { DataType, intAttribute } from '@tessera/onnx';
import { rule } from '../rule.ts';

/**
 * y = max of each window ⇒ dx adds dy at the winners, whose flat positions the forward node hands out itself.
 */
export const maxPool = rule(
  'MaxPool',
  ({ g, node, x: [x = ''], dy }) => {
    if (!node.output[1]) node.output[1] = g.graph.freshName(`${node.output[0]}/winners`);
    const winners = node.output[1];
    g.setType(winners, DataType.INT64);
    const flatZeros = g.reshape(g.zerosLike(x), [-1]);
    const updates = g.reshape(dy, [-1]);
    const flat = g.op('ScatterElements', [flatZeros, g.reshape(winners, [-1]), updates], {
      axis: 0,
      reduction: 'add',
    });
    return [g.reshapeLike(flat, x)];
  },
  {
    refuses: (node) =>
      intAttribute(node, 'storage_order', 0) === 0 ? undefined : 'column-major storage_order has no rule',
  },
);
