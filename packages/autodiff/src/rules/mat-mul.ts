import type { Value } from '@tessera/onnx';
import { axesUpTo, type GraphBuilder } from '../graph-builder.ts';
import type { RuleContext } from '../rule.ts';
import { rule } from '../rule.ts';
import { undoBroadcast } from '../undo-broadcast.ts';

/** Y = A·B ⇒ dA = dY·Bᵀ, dB = Aᵀ·dY; batch axes that were broadcast are summed, the matrix axes never are. */
export const matMul = rule('MatMul', ({ g, x: [a = '', b = ''], y, dy, wants }: RuleContext) => {
  if (g.rank(a) === 1 || g.rank(b) === 1) return vectorGradients(g, a, b, dy, wants);
  const batch = g.axes(y).slice(0, -2);
  const fit = (dx: Value, x: Value) => undoBroadcast(g, dx, [...batch, ...g.axes(x).slice(-2)], x);
  const shared = g.rank(b) === 2 && g.rank(a) > 2;
  return [
    wants(0) && fit(g.matMul(dy, g.transposeLastTwo(b)), a),
    wants(1) && (shared ? weightGradient(g, a, dy, b) : fit(g.matMul(g.transposeLastTwo(a), dy), b)),
  ];
});

/**
 * dB for a matrix B that all batch entries share: one product over the flattened batch instead of a sum of
 * products.
 */
function weightGradient(g: GraphBuilder, a: Value, dy: Value, b: Value): Value {
  const columns = (x: Value, width: Value) => g.reshape(x, g.concat([g.ints([-1]), width], 0));
  const flatA = columns(a, g.lengths(b, 0));
  return g.matMul(g.transpose(flatA, [1, 0]), columns(dy, g.lengths(b, 1)));
}

/**
 * A one-dimensional operand acts as a row on the left or as a column on the right; its unit axis is not in
 * dY.
 */
function vectorGradients(g: GraphBuilder, a: Value, b: Value, dy: Value, wants: (index: number) => boolean) {
  const [rankA, rankB] = [g.rank(a), g.rank(b)];
  if (rankA === 1 && rankB === 1) return [wants(0) && g.mul(dy, b), wants(1) && g.mul(dy, a)];
  const column = g.unsqueeze(dy, [-1]); // [batch, N, 1], or [batch, M, 1] when b is the vector
  if (rankA === 1) {
    const perBatch = () => g.squeeze(g.matMul(b, column), [-1]); // [batch, K]
    const outer = () => g.mul(g.unsqueeze(a, [-1]), g.unsqueeze(dy, [-2])); // [batch, K, N]
    return [wants(0) && g.reduceSum(perBatch(), axesUpTo(rankB - 2), false), wants(1) && outer()];
  }
  return [
    wants(0) && g.mul(column, b),
    wants(1) && g.reduceSum(g.mul(a, column), axesUpTo(rankA - 1), false),
  ];
}
