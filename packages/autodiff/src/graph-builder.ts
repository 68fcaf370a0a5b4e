import { AppError } from '@tessera/base';
import { type DataType, Emitter, type Graph, type Node, type Value } from '@tessera/onnx';
import { type Axis, fixedLength, type Shapes } from './shapes.ts';

/**
 * What rules write the backward pass with: the emitter of `@tessera/onnx` plus knowledge of forward shapes.
 */
export class GraphBuilder extends Emitter {
  readonly shapes: Shapes;

  constructor(graph: Graph, shapes: Shapes) {
    super(graph, 'grad');
    this.shapes = shapes;
  }

  override typeOf(value: Value): DataType {
    return this.shapes.has(value) ? this.shapes.typeOf(value) : super.typeOf(value);
  }

  /** The axes of a forward value. */
  axes(x: Value): readonly Axis[] {
    return this.shapes.axesOf(x);
  }

  rank(x: Value): number {
    return this.axes(x).length;
  }

  /** The length of an axis of a forward value when it is the same in every run. */
  fixed(x: Value, axis: number): number | undefined {
    return fixedLength(this.axes(x).at(axis) as Axis);
  }

  /** The shape of a forward value: a constant when all of it is fixed, else read at run time. */
  override shape(x: Value): Value {
    if (!this.shapes.has(x)) return super.shape(x);
    const lengths = this.axes(x).map(fixedLength);
    return lengths.every((length) => length !== undefined) ? this.ints(lengths) : super.shape(x);
  }

  /** The length of one axis of a forward value, int64 scalar. */
  length(x: Value, axis: number): Value {
    const fixed = this.fixed(x, axis);
    return fixed === undefined ? this.gather(super.shape(x), this.int(axis)) : this.int(fixed);
  }

  /** The length of one axis of a forward value, int64 [1]. */
  lengths(x: Value, axis: number): Value {
    const fixed = this.fixed(x, axis);
    return fixed === undefined ? this.gather(super.shape(x), this.ints([axis])) : this.ints([fixed]);
  }

  /** Gives a gradient the shape of the forward value `x`; the number of elements must agree. */
  reshapeLike(dx: Value, x: Value): Value {
    return this.reshape(dx, this.shape(x));
  }

  zerosLike(x: Value): Value {
    return this.filled(this.shape(x), 0, x);
  }

  /** A boolean condition as 0 and 1 in the element type of `like`. */
  indicator(condition: Value, like: Value): Value {
    return this.cast(condition, this.typeOf(like));
  }

  /** Swaps the last two of `rank` axes. */
  transposeLastTwo(x: Value, rank = this.rank(x)): Value {
    const perm = Array.from({ length: rank }, (_, axis) => axis);
    [perm[rank - 1], perm[rank - 2]] = [rank - 2, rank - 1];
    return this.transpose(x, perm);
  }

  /** The value of a constant input, as numbers; undefined when it is computed at run time. */
  constant(value: Value | undefined): number[] | undefined {
    return this.graph.constantNumbers(value);
  }
}

/** Counts a possibly negative axis from the front. */
export function fromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** The numbers 0 … length − 1. */
export function axesUpTo(length: number): number[] {
  return Array.from({ length }, (_, axis) => axis);
}

/** A form of an operator that its rule does not cover. */
export function unsupportedForm(node: Node, why: string): AppError {
  const operators = `${node.opType} "${node.name}" (${why})`;
  const hint =
    'Export the model in a plainer form, or add the form to the rule (docs/adding-an-operator.md).';
  return new AppError('GRADIENT_UNSUPPORTED', { detail: { operators, hint } });
}
