import { intAttribute, type Value } from '@tessera/onnx';
import { axesUpTo, fromFront, type GraphBuilder } from '../graph-builder.ts';
import type { RuleContext } from '../rule.ts';
import { rule } from '../rule.ts';

/**
 * x̂ = (x − μ)/σ, y = γ·x̂ + β over the axes from `axis` on (Ba et al. 2016) ⇒ with h = γ·dy
 * dx = (h − mean h − x̂·mean(h·x̂))/σ, dγ = Σ dy·x̂ and dβ = Σ dy over the leading axes.
 * The forward node hands out μ and 1/σ itself, so nothing is computed twice.
 */
export const layerNormalization = rule('LayerNormalization', (context: RuleContext) => {
  const {
    g,
    node,
    x: [x = '', scale = ''],
    dy,
    wants,
  } = context;
  const rank = g.rank(x);
  const first = fromFront(intAttribute(node, 'axis', -1), rank);
  const lead = axesUpTo(first);
  const axes = axesUpTo(rank).slice(first);
  const inverse = secondaryOutput(context, 2);
  const normal = g.mul(g.sub(x, secondaryOutput(context, 1)), inverse);
  return [
    wants(0) && inputGradient(g, g.mul(dy, scale), normal, inverse, axes),
    wants(1) && g.reduceSum(g.mul(dy, normal), lead, false),
    wants(2) && g.reduceSum(dy, lead, false),
  ];
});

function inputGradient(
  g: GraphBuilder,
  h: Value,
  normal: Value,
  inverse: Value,
  axes: readonly number[],
): Value {
  const centred = g.sub(h, g.reduceMean(h, axes));
  const along = g.mul(normal, g.reduceMean(g.mul(h, normal), axes));
  return g.mul(g.sub(centred, along), inverse);
}

/** The name of an optional output of the forward node, which starts to be computed when it had none. */
function secondaryOutput({ g, node, x: [x = ''] }: RuleContext, index: number): Value {
  while (node.output.length <= index) node.output.push('');
  node.output[index] ||= g.graph.freshName(`${node.output[0]}/${index === 1 ? 'mean' : 'inverse'}`);
  g.setType(node.output[index] as Value, g.typeOf(x));
  return node.output[index] as Value;
}
