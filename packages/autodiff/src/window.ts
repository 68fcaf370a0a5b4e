import { intsAttribute, type Node, stringAttribute, type Value } from '@tessera/onnx';
import { axesUpTo, type GraphBuilder, unsupportedForm } from './graph-builder.ts';

/** How the windows of a convolution or pooling lie on its spatial axes. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Zeros added in front of each axis. */
  readonly before: readonly number[];
}

/** Reads the window attributes; `kernel` is given where the operator reads it from its weights. */
export function windowsOf(g: GraphBuilder, node: Node, x: Value, kernel: readonly number[]): Windows {
  const ones = kernel.map(() => 1);
  const strides = intsAttribute(node, 'strides') ?? ones;
  const dilations = intsAttribute(node, 'dilations') ?? ones;
  const reach = kernel.map((size, axis) => (size - 1) * (dilations[axis] ?? 1) + 1);
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET');
  const explicit = intsAttribute(node, 'pads')?.slice(0, kernel.length) ?? kernel.map(() => 0);
  const before = autoPad.startsWith('SAME')
    ? kernel.map((_, axis) => sameBefore(g, node, x, axis, strides[axis] ?? 1, reach[axis] ?? 1, autoPad))
    : autoPad === 'VALID'
      ? kernel.map(() => 0)
      : explicit;
  return { kernel, strides, dilations, before };
}

/** SAME padding makes ⌈length/stride⌉ windows; the odd zero goes in front for SAME_LOWER. */
function sameBefore(
  g: GraphBuilder,
  node: Node,
  x: Value,
  axis: number,
  stride: number,
  reach: number,
  mode: string,
): number {
  const length = g.fixed(x, axis + 2);
  if (length === undefined && stride !== 1)
    throw unsupportedForm(node, 'auto_pad with strides on an axis of varying length');
  const total =
    length === undefined
      ? reach - 1
      : Math.max(0, (Math.ceil(length / stride) - 1) * stride + reach - length);
  return mode === 'SAME_LOWER' ? Math.ceil(total / 2) : Math.floor(total / 2);
}

/**
 * Spreads the gradient of windows back over the padded input and cuts out the input's own part.
 *
 * A transposed convolution without padding covers the windows from the first padded element on. Windows may
 * end before the input does (strides) or after it (padding, ceil_mode), so zeros are appended before cutting.
 *
 * @param dy [N, M, …] gradient of the windows
 * @param weights [M, C/group, kernel…]
 * @param x the input [N, C, …] whose spatial lengths the result gets
 */
export function spreadWindows(
  g: GraphBuilder,
  {
    dy,
    weights,
    x,
    windows,
    group,
  }: { dy: Value; weights: Value; x: Value; windows: Windows; group: number },
): Value {
  const { kernel, strides, dilations, before } = windows;
  const covered = g.op('ConvTranspose', [dy, weights], { kernel_shape: kernel, strides, dilations, group });
  const spatial = kernel.map((_, axis) => axis + 2);
  const shortfall = kernel.map((_, axis) => (strides[axis] ?? 1) - 1 + (before[axis] ?? 0));
  const none = axesUpTo(kernel.length + 2).map(() => 0);
  const extended = shortfall.some((length) => length > 0)
    ? g.op('Pad', [covered, g.ints([...none, 0, 0, ...shortfall])])
    : covered;
  const starts = g.ints(before);
  const lengths = g.concat(
    spatial.map((axis) => g.lengths(x, axis)),
    0,
  );
  return g.slice(extended, starts, g.add(lengths, starts), spatial);
}
