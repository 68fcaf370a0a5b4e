import { intsAttribute } from '@tessera/onnx';
import { axesUpTo } from '../graph-builder.ts';
import { rule } from '../rule.ts';

/** y has the axes of x in the order `perm` ⇒ dx has the axes of dy in the inverse order. */
export const transpose = rule('Transpose', ({ g, node, x: [x = ''], dy }) => {
  const axes = axesUpTo(g.rank(x));
  const perm = intsAttribute(node, 'perm') ?? axes.toReversed();
  return [
    g.transpose(
      dy,
      axes.map((axis) => perm.indexOf(axis)),
    ),
  ];
});
