import type { Value } from '@tessera/onnx';
import { intAttribute, intsAttribute } from '@tessera/onnx';
import { axesUpTo, type GraphBuilder } from '../graph-builder.ts';
import type { RuleContext } from '../rule.ts';
import { rule } from '../rule.ts';
import { spreadWindows, type Windows, windowsOf } from '../window.ts';

/**
 * y = mean of each window ⇒ every element of a window gets dy divided by the number of elements counted in
 * it.
 */
export const averagePool = rule('AveragePool', ({ g, node, x: [x = ''], y, dy }: RuleContext) => {
  const kernel = intsAttribute(node, 'kernel_shape') ?? [];
  const windows = windowsOf(g, node, x, kernel);
  const ones = g.filled(g.ints([1, 1, ...kernel]), 1, x);
  // Channels join the batch, so that one kernel of ones serves any number of them.
  const single = (value: Value) =>
    g.reshape(value, g.concat([g.ints([-1, 1]), spatialShape(g, value, kernel.length)], 0));
  const share = g.div(
    single(dy),
    counts(
      g,
      {
        x,
        y,
        windows,
        includesPad: intAttribute(node, 'count_include_pad', 0) === 1,
        pads: intsAttribute(node, 'pads'),
      },
      ones,
    ),
  );
  return [g.reshapeLike(spreadWindows(g, { dy: share, weights: ones, x, windows, group: 1 }), x)];
});

function spatialShape(g: GraphBuilder, value: Value, count: number): Value {
  return g.slice(g.shape(value), g.ints([2]), g.ints([2 + count]), [0]);
}

interface Counting {
  readonly x: Value;
  readonly y: Value;
  readonly windows: Windows;
  readonly includesPad: boolean;
  readonly pads: readonly number[] | undefined;
}

/** How many elements each window counts, [1, 1, windows…]: a convolution of ones over what may be counted. */
function counts(g: GraphBuilder, { x, y, windows, includesPad, pads }: Counting, ones: Value): Value {
  const { kernel, strides, dilations, before } = windows;
  const after = pads?.slice(kernel.length) ?? before;
  const field = g.filled(g.concat([g.ints([1, 1]), spatialShape(g, x, kernel.length)], 0), 1, x);
  const unpadded = axesUpTo(2).map(() => 0);
  const counted = includesPad
    ? g.op('Pad', [field, g.ints([...unpadded, ...before, ...unpadded, ...after]), g.scalar(1, x)])
    : field;
  // ceil_mode may start a last window that runs over the end; zeros there count for nothing.
  const beyond = kernel.map(
    (size, axis) => size * (dilations[axis] ?? 1) + (includesPad ? 0 : (after[axis] ?? 0)),
  );
  const all = g.op('Conv', [counted, ones], {
    strides,
    dilations,
    pads: [...(includesPad ? kernel.map(() => 0) : before), ...beyond],
  });
  const axes = kernel.map((_, axis) => axis + 2);
  return g.slice(all, g.ints(kernel.map(() => 0)), spatialShape(g, y, kernel.length), axes);
}
