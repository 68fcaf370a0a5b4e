import { floatAttribute } from '@tessera/onnx';
import { axesUpTo } from '../graph-builder.ts';
import { rule } from '../rule.ts';

/**
 * Layer normalisation of each channel over its spatial axes; γ and β per channel. Same formula as
 * LayerNormalization.
 */
export const instanceNormalization = rule(
  'InstanceNormalization',
  ({ g, node, x: [x = '', scale = ''], dy, wants }) => {
    const rank = g.rank(x);
    const spatial = axesUpTo(rank).slice(2);
    const others = axesUpTo(rank).filter((axis) => axis !== 1);
    const centred = g.sub(x, g.reduceMean(x, spatial));
    const variance = g.reduceMean(g.mul(centred, centred), spatial);
    const inverse = g.reciprocal(g.sqrt(g.add(variance, floatAttribute(node, 'epsilon', 1e-5))));
    const normal = g.mul(centred, inverse);
    const h = g.mul(
      dy,
      g.unsqueeze(
        scale,
        axesUpTo(rank - 2).map((axis) => axis + 1),
      ),
    );
    const along = g.mul(normal, g.reduceMean(g.mul(h, normal), spatial));
    return [
      wants(0) && g.mul(g.sub(g.sub(h, g.reduceMean(h, spatial)), along), inverse),
      wants(1) && g.reduceSum(g.mul(dy, normal), others, false),
      wants(2) && g.reduceSum(dy, others, false),
    ];
  },
);
