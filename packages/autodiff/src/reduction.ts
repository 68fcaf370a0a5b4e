import { intAttribute, intsAttribute, type Node, type Value } from '@tessera/onnx';
import { axesUpTo, fromFront, type GraphBuilder, unsupportedForm } from './graph-builder.ts';

/** Which axes a Reduce operator removed, and how to give a reduced value its axes back. */
export interface Reduction {
  readonly axes: readonly number[];
  /** Puts the reduced axes back with length 1, so that the value broadcasts against the operator's input. */
  readonly spread: (reduced: Value) => Value;
}

/** Reads the axes of a Reduce operator: an attribute or, since opset 13 or 18, a constant second input. */
export function reductionOf(g: GraphBuilder, node: Node): Reduction {
  const rank = g.rank(node.input[0] as Value);
  const given = intsAttribute(node, 'axes') ?? axesInput(g, node) ?? [];
  const none = intAttribute(node, 'noop_with_empty_axes', 0) === 1 ? [] : axesUpTo(rank);
  const axes = given.length > 0 ? given.map((axis) => fromFront(axis, rank)).sort((a, b) => a - b) : none;
  const keeps = intAttribute(node, 'keepdims', 1) === 1;
  return { axes, spread: (reduced) => (keeps ? reduced : g.unsqueeze(reduced, axes)) };
}

function axesInput(g: GraphBuilder, node: Node): number[] | undefined {
  const input = node.input[1];
  if (!input) return undefined;
  const axes = g.constant(input);
  if (!axes) throw unsupportedForm(node, 'its axes are computed at run time');
  return axes;
}

/** How many elements were reduced into one, as a scalar of the type of `x`. */
export function reducedCount(g: GraphBuilder, x: Value, axes: readonly number[]): Value {
  const lengths = axes.map((axis) => g.fixed(x, axis));
  if (lengths.every((length) => length !== undefined))
    return g.scalar(
      lengths.reduce((product, length) => product * length, 1),
      x,
    );
  return g.cast(g.product(g.gather(g.shape(x), g.ints(axes))), g.typeOf(x));
}
