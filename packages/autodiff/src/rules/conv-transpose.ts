import { intAttribute, intsAttribute, stringAttribute } from '@tessera/onnx';
import { axesUpTo } from '../graph-builder.ts';
import { rule } from '../rule.ts';

/**
 * The transpose of a convolution: dX is dY convolved with the same weights; dB = Σ dY over all but the
 * channels.
 */
export const convTranspose = rule(
  'ConvTranspose',
  ({ g, node, x: [x = '', w = ''], dy, wants }) => {
    const spatial = g.rank(x) - 2;
    const ones = axesUpTo(spatial).map(() => 1);
    const attributes = {
      strides: intsAttribute(node, 'strides') ?? ones,
      dilations: intsAttribute(node, 'dilations') ?? ones,
      pads: intsAttribute(node, 'pads') ?? [...ones, ...ones].map(() => 0),
      group: intAttribute(node, 'group', 1),
    };
    const whole = g.op('Conv', [dy, w], attributes);
    const axes = axesUpTo(spatial).map((axis) => axis + 2);
    const lengths = g.slice(g.shape(x), g.ints([2]), g.ints([2 + spatial]), [0]);
    const others = axesUpTo(g.rank(x)).filter((axis) => axis !== 1);
    return [
      // Output padding may leave room for one more window than there were inputs.
      wants(0) && g.slice(whole, g.ints(axes.map(() => 0)), lengths, axes),
      null,
      wants(2) && g.reduceSum(dy, others, false),
    ];
  },
  {
    flows: [0, 2],
    refuses: (node) =>
      stringAttribute(node, 'auto_pad', 'NOTSET') === 'NOTSET' && !intsAttribute(node, 'output_shape')
        ? undefined
        : 'auto_pad or output_shape in place of explicit pads',
  },
);
