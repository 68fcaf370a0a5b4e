import type { Value } from '@tessera/onnx';
import { axesUpTo, type GraphBuilder } from './graph-builder.ts';
import { type Axis, fixedLength } from './shapes.ts';

/**
 * Sums a gradient back to the shape of the input it belongs to.
 *
 * If x was repeated to fill a larger shape, each copy contributed, so dx is the sum over the copies: over
 * axes that x lacks in front and over axes where x has length 1 and the result has not.
 *
 * @param dx gradient with the axes `full`, to which x was broadcast
 */
export function undoBroadcast(g: GraphBuilder, dx: Value, full: readonly Axis[], x: Value): Value {
  const own = g.axes(x);
  const lead = full.length - own.length;
  const repeated = axesUpTo(full.length).filter((axis) => {
    if (axis < lead) return true;
    return fixedLength(own[axis - lead] as Axis) === 1 && fixedLength(full[axis] as Axis) !== 1;
  });
  if (repeated.length === lead) return g.reduceSum(dx, repeated, false);
  return g.squeeze(g.reduceSum(dx, repeated), axesUpTo(lead));
}
