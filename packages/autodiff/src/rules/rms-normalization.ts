import { floatAttribute, intAttribute } from '@tessera/onnx';
import { axesUpTo, fromFront } from '../graph-builder.ts';
import { rule } from '../rule.ts';

/**
 * x̂ = x/r with r = √(mean x² + ε), y = γ·x̂ (Zhang and Sennrich 2019) ⇒ with h = γ·dy
 * dx = (h − x̂·mean(h·x̂))/r, dγ = Σ dy·x̂ over the leading axes.
 */
export const rmsNormalization = rule(
  'RMSNormalization',
  ({ g, node, x: [x = '', scale = ''], dy, wants }) => {
    const rank = g.rank(x);
    const first = fromFront(intAttribute(node, 'axis', -1), rank);
    const axes = axesUpTo(rank).slice(first);
    const meanSquare = g.reduceMean(g.mul(x, x), axes);
    const inverse = g.reciprocal(g.sqrt(g.add(meanSquare, floatAttribute(node, 'epsilon', 1e-5))));
    const normal = g.mul(x, inverse);
    const h = g.mul(dy, scale);
    const along = g.mul(normal, g.reduceMean(g.mul(h, normal), axes));
    return [
      wants(0) && g.mul(g.sub(h, along), inverse),
      wants(1) && g.reduceSum(g.mul(dy, normal), axesUpTo(first), false),
    ];
  },
);
