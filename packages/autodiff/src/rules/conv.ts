import { intAttribute, type Value } from '@tessera/onnx';
import { axesUpTo, type GraphBuilder, unsupportedForm } from '../graph-builder.ts';
import type { RuleContext } from '../rule.ts';
import { rule } from '../rule.ts';
import { spreadWindows, type Windows, windowsOf } from '../window.ts';

/**
 * Y[n, m, t] = B[m] + Σ W[m, c, k]·X[n, c, t·stride + k·dilation − pad] ⇒ dX is dY convolved back (a
 * transposed convolution with the same weights), dB = Σ dY over all but the channels, dW[m, c, k] = Σ dY[n,
 * m, t]·X[n, c, …]: a convolution of X by dY with stride and dilation exchanged.
 */
export const conv = rule('Conv', (context: RuleContext) => {
  const {
    g,
    node,
    x: [x = '', w = ''],
    dy,
    wants,
  } = context;
  const kernel = g
    .axes(w)
    .slice(2)
    .map((_, axis) => g.fixed(w, axis + 2));
  if (!kernel.every((size) => size !== undefined)) throw unsupportedForm(node, 'its kernel size varies');
  const windows = windowsOf(g, node, x, kernel);
  const group = intAttribute(node, 'group', 1);
  const others = axesUpTo(g.rank(x)).filter((axis) => axis !== 1);
  return [
    wants(0) && spreadWindows(g, { dy, weights: w, x, windows, group }),
    wants(1) && weightGradient(g, x, w, dy, windows, group),
    wants(2) && g.reduceSum(dy, others, false),
  ];
});

/**
 * With batch and channels exchanged, X [C, N, …] is convolved by dY [M, N, …] and gives [C, M, kernel…].
 * Groups stay apart by moving them into the convolution's own groups: X [C/group, group·N, …], dY [M, N, …].
 */
function weightGradient(
  g: GraphBuilder,
  x: Value,
  w: Value,
  dy: Value,
  windows: Windows,
  group: number,
): Value {
  const { kernel, strides, dilations, before } = windows;
  const swap = [1, 0, ...kernel.map((_, axis) => axis + 2)];
  const spatial = kernel.map((_, axis) => axis + 2);
  const lengthsOf = g.slice(g.shape(x), g.ints([2]), g.ints([2 + kernel.length]), [0]);
  const grouped = g.reshape(
    g.transpose(x, swap),
    g.concat([g.ints([group, -1]), g.lengths(x, 0), lengthsOf], 0),
  );
  const perGroup = g.transpose(grouped, [1, 0, 2, ...spatial.map((axis) => axis + 1)]);
  const image = g.reshape(perGroup, g.concat([g.lengths(w, 1), g.ints([-1]), lengthsOf], 0));
  const ample = kernel.map((size, axis) => size * (dilations[axis] ?? 1) + (before[axis] ?? 0));
  const summed = g.op('Conv', [image, g.transpose(dy, swap)], {
    strides: dilations,
    dilations: strides,
    pads: [...before, ...ample],
    group,
  });
  const cut = g.slice(summed, g.ints(kernel.map(() => 0)), g.ints(kernel), spatial);
  return g.transpose(cut, swap);
}
