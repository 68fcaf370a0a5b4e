import { floatAttribute, intAttribute } from '@tessera/onnx';
import { axesUpTo } from '../graph-builder.ts';
import { rule } from '../rule.ts';

/**
 * y = γ·x̂ + β with x̂ = (x − μ)/√(σ² + ε) per channel, μ and σ² stored ⇒ dx = dy·γ/√(σ² + ε), dγ = Σ dy·x̂,
 * dβ = Σ dy.
 */
export const batchNormalization = rule(
  'BatchNormalization',
  ({ g, node, x: [x = '', scale = '', , mean = '', variance = ''], dy, wants }) => {
    const rank = g.rank(x);
    const perChannel = (value: string) =>
      g.unsqueeze(
        value,
        axesUpTo(rank - 2).map((axis) => axis + 1),
      );
    const others = axesUpTo(rank).filter((axis) => axis !== 1);
    const inverse = g.reciprocal(g.sqrt(g.add(variance, floatAttribute(node, 'epsilon', 1e-5))));
    const normal = () => g.mul(g.sub(x, perChannel(mean)), perChannel(inverse));
    return [
      wants(0) && g.mul(dy, perChannel(g.mul(scale, inverse))),
      wants(1) && g.reduceSum(g.mul(dy, normal()), others, false),
      wants(2) && g.reduceSum(dy, others, false),
    ];
  },
  {
    flows: [0, 1, 2],
    refuses: (node) =>
      intAttribute(node, 'training_mode', 0) === 1 ? 'it runs in training mode' : undefined,
  },
);
