import { AppError } from '@tessera/base';
import { DataType, type Graph, tensorDims, type Value } from '@tessera/onnx';

/**
 * What is known about one axis: its lengths in several runs of the model at different sizes. An axis of equal
 * lengths is fixed; axes with the same lengths in every run have the same length.
 */
export type Axis = readonly number[];

/** Element type, rank and axes of the values of a graph. */
export class Shapes {
  readonly #axes = new Map<Value, readonly Axis[]>();
  readonly #types = new Map<Value, DataType>();

  constructor(graph: Graph) {
    for (const [name, tensor] of graph.initializers) {
      const axes = tensorDims(tensor).map((length): Axis => [length]);
      this.set(name, tensor.dataType as DataType, axes);
    }
  }

  set(value: Value, type: DataType, axes: readonly Axis[]): void {
    this.#axes.set(value, axes);
    this.#types.set(value, type);
  }

  /** Lets `to` have the type and shape of `from`. */
  copy(from: Value, to: Value): void {
    this.set(to, this.typeOf(from), this.axesOf(from));
  }

  has(value: Value): boolean {
    return this.#axes.has(value);
  }

  typeOf(value: Value): DataType {
    return this.#types.get(value) ?? DataType.FLOAT;
  }

  axesOf(value: Value): readonly Axis[] {
    const axes = this.#axes.get(value);
    if (axes) return axes;
    const problem = `the shape of "${value}" could not be observed.`;
    throw new AppError('ONNX_INVALID', { detail: { problem } });
  }
}

/** The length of an axis when it is fixed. */
export function fixedLength(axis: Axis): number | undefined {
  return axis.every((length) => length === axis[0]) ? axis[0] : undefined;
}

export function sameLength(a: Axis, b: Axis): boolean {
  const runs = Math.max(a.length, b.length);
  return Array.from({ length: runs }, (_, run) => lengthIn(a, run) === lengthIn(b, run)).every(Boolean);
}

/** Constants know one length for all runs. */
function lengthIn(axis: Axis, run: number): number | undefined {
  return axis.length === 1 ? axis[0] : axis[run];
}
