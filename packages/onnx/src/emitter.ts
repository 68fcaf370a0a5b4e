import type { Attributes } from './attribute.ts';
import { DataType } from './data-type.ts';
import type { Graph } from './graph.ts';
import { makeNode, type Node } from './node.ts';
import { makeTensor, type Tensor } from './tensor.ts';

/** The name of a value in the graph. */
export type Value = string;

/** A value, or a number that becomes a constant of the other operand's type. */
export type Operand = Value | number;

/**
 * Writes nodes of ONNX's own operators in the form the graph's opset wants, one method per operator.
 *
 * Nodes collect in `nodes` until the owner places them. The same operator on the same inputs is written once.
 */
export class Emitter {
  readonly graph: Graph;
  nodes: Node[] = [];
  readonly #prefix: string;
  readonly #types = new Map<Value, DataType>();
  readonly #written = new Map<string, readonly Value[]>();

  constructor(graph: Graph, prefix: string) {
    this.graph = graph;
    this.#prefix = prefix;
  }

  /** The element type of a value; float32 when nothing is known about it. */
  typeOf(value: Value): DataType {
    return (
      this.#types.get(value) ??
      (this.graph.initializers.get(value)?.dataType as DataType | undefined) ??
      DataType.FLOAT
    );
  }

  setType(value: Value, type: DataType): void {
    this.#types.set(value, type);
  }

  /** Writes a node with one output. */
  op(type: string, inputs: readonly Value[], attributes?: Attributes): Value {
    return this.ops(type, inputs, attributes, 1)[0] as Value;
  }

  /** Writes a node with `count` outputs. */
  ops(type: string, inputs: readonly Value[], attributes: Attributes = {}, count: number): readonly Value[] {
    const key = JSON.stringify([type, inputs, attributes, count], describe);
    const known = this.#written.get(key);
    if (known) return known;
    const outputs = Array.from({ length: count }, () => this.graph.freshName(`${this.#prefix}/${type}`));
    this.nodes.push(makeNode({ op: type, inputs, outputs, attributes }));
    for (const output of outputs)
      this.#types.set(
        output,
        resultType(
          type,
          inputs.map((input) => this.typeOf(input)),
          attributes,
        ),
      );
    this.#written.set(key, outputs);
    return outputs;
  }

  /** Writes a node of onnxruntime's own operator set; only for forms that a later pass takes apart again. */
  contrib(type: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    const output = this.graph.freshName(`${this.#prefix}/${type}`);
    this.nodes.push(makeNode({ op: type, domain: 'com.microsoft', inputs, outputs: [output], attributes }));
    this.graph.requireOpset('com.microsoft', 1);
    return output;
  }

  // Constants

  /** A scalar constant of the element type of `like`. */
  scalar(value: number, like: Value): Value {
    const type = this.typeOf(like);
    return this.#constant(`${type}:${value}`, (name) => makeTensor(name, type, [], elements(type, [value])));
  }

  /** A one-dimensional int64 constant: axes, shapes, pads. */
  ints(values: readonly number[]): Value {
    return this.#constant(`ints:${values.join()}`, (name) =>
      makeTensor(name, DataType.INT64, [values.length], BigInt64Array.from(values, BigInt)),
    );
  }

  /** A scalar int64 constant. */
  int(value: number): Value {
    return this.#constant(`int:${value}`, (name) =>
      makeTensor(name, DataType.INT64, [], BigInt64Array.of(BigInt(value))),
    );
  }

  // Arithmetic; a number takes the other operand's element type

  add(a: Operand, b: Operand): Value {
    return this.#binary('Add', a, b);
  }
  sub(a: Operand, b: Operand): Value {
    return this.#binary('Sub', a, b);
  }
  mul(a: Operand, b: Operand): Value {
    return this.#binary('Mul', a, b);
  }
  div(a: Operand, b: Operand): Value {
    return this.#binary('Div', a, b);
  }
  pow(a: Value, b: Operand): Value {
    return this.#binary('Pow', a, b);
  }
  neg(x: Value): Value {
    return this.op('Neg', [x]);
  }
  exp(x: Value): Value {
    return this.op('Exp', [x]);
  }
  log(x: Value): Value {
    return this.op('Log', [x]);
  }
  sqrt(x: Value): Value {
    return this.op('Sqrt', [x]);
  }
  tanh(x: Value): Value {
    return this.op('Tanh', [x]);
  }
  sigmoid(x: Value): Value {
    return this.op('Sigmoid', [x]);
  }
  reciprocal(x: Value): Value {
    return this.op('Reciprocal', [x]);
  }

  // Comparison and choice

  equal(a: Operand, b: Operand): Value {
    return this.#binary('Equal', a, b);
  }
  greater(a: Operand, b: Operand): Value {
    return this.#binary('Greater', a, b);
  }
  less(a: Operand, b: Operand): Value {
    return this.#binary('Less', a, b);
  }
  not(x: Value): Value {
    return this.op('Not', [x]);
  }
  /** Elements of `yes` where the condition holds, else of `no`. */
  where(condition: Value, yes: Operand, no: Operand): Value {
    const like = typeof yes === 'string' ? yes : (no as Value);
    return this.op('Where', [condition, this.#operand(yes, like), this.#operand(no, like)]);
  }
  cast(x: Value, to: DataType): Value {
    return this.typeOf(x) === to ? x : this.op('Cast', [x], { to });
  }

  // Linear algebra and layout

  matMul(a: Value, b: Value): Value {
    return this.op('MatMul', [a, b]);
  }
  transpose(x: Value, perm: readonly number[]): Value {
    return perm.every((axis, index) => axis === index) ? x : this.op('Transpose', [x], { perm });
  }
  reshape(x: Value, shape: Value | readonly number[]): Value {
    return this.op('Reshape', [x, typeof shape === 'string' ? shape : this.ints(shape)]);
  }
  expand(x: Value, shape: Value): Value {
    return this.op('Expand', [x, shape]);
  }
  unsqueeze(x: Value, axes: readonly number[]): Value {
    return axes.length === 0 ? x : this.op('Unsqueeze', [x, this.ints(axes)]);
  }
  squeeze(x: Value, axes: readonly number[]): Value {
    return axes.length === 0 ? x : this.op('Squeeze', [x, this.ints(axes)]);
  }
  concat(parts: readonly Value[], axis: number): Value {
    return parts.length === 1 ? (parts[0] as Value) : this.op('Concat', parts, { axis });
  }
  slice(x: Value, starts: Value, ends: Value, axes: readonly number[], steps?: Value): Value {
    return this.op('Slice', [x, starts, ends, this.ints(axes), ...(steps ? [steps] : [])]);
  }
  gather(x: Value, indices: Value, axis = 0): Value {
    return this.op('Gather', [x, indices], { axis });
  }
  /** The runtime shape of a value, int64 [rank]. */
  shape(x: Value): Value {
    return this.op('Shape', [x]);
  }
  /** 0, 1, … length − 1 as int64 [length]; `length` is an int64 scalar. */
  range(length: Value): Value {
    return this.op('Range', [this.int(0), length, this.int(1)]);
  }
  /** A tensor of one repeated number, with the element type of `like`. */
  filled(shape: Value, value: number, like: Value): Value {
    const type = this.typeOf(like);
    return this.op('ConstantOfShape', [shape], { value: makeTensor('', type, [1], elements(type, [value])) });
  }

  // Reductions; operators whose axes became an input at different opsets

  reduceSum(x: Value, axes: readonly number[], keepdims = true): Value {
    return this.#reduce('ReduceSum', 13, x, axes, keepdims);
  }
  reduceMean(x: Value, axes: readonly number[], keepdims = true): Value {
    return this.#reduce('ReduceMean', 18, x, axes, keepdims);
  }
  reduceMax(x: Value, axes: readonly number[], keepdims = true): Value {
    return this.#reduce('ReduceMax', 18, x, axes, keepdims);
  }
  reduceMin(x: Value, axes: readonly number[], keepdims = true): Value {
    return this.#reduce('ReduceMin', 18, x, axes, keepdims);
  }
  /** The product of all elements, as a scalar. */
  product(x: Value): Value {
    return this.op('ReduceProd', [x], { keepdims: 0 });
  }

  #reduce(type: string, axesInputSince: number, x: Value, axes: readonly number[], keepdims: boolean): Value {
    if (axes.length === 0) return x;
    return this.graph.opset >= axesInputSince
      ? this.op(type, [x, this.ints(axes)], { keepdims: Number(keepdims) })
      : this.op(type, [x], { axes, keepdims: Number(keepdims) });
  }

  #binary(type: string, a: Operand, b: Operand): Value {
    const like = typeof a === 'string' ? a : (b as Value);
    return this.op(type, [this.#operand(a, like), this.#operand(b, like)]);
  }

  #operand(operand: Operand, like: Value): Value {
    return typeof operand === 'string' ? operand : this.scalar(operand, like);
  }

  #constant(key: string, make: (name: string) => Tensor): Value {
    const known = this.#written.get(key)?.[0];
    if (known) return known;
    const name = this.graph.addInitializer(make(this.graph.freshName(`${this.#prefix}/constant`)));
    this.#written.set(key, [name]);
    return name;
  }
}

const booleans: ReadonlySet<string> = new Set([
  'Equal',
  'Greater',
  'Less',
  'GreaterOrEqual',
  'LessOrEqual',
  'IsNaN',
  'IsInf',
  'Not',
  'And',
  'Or',
]);
const integers: ReadonlySet<string> = new Set(['Shape', 'Size', 'ArgMax', 'ArgMin', 'NonZero']);

function resultType(type: string, inputs: readonly DataType[], attributes: Attributes): DataType {
  if (booleans.has(type)) return DataType.BOOL;
  if (integers.has(type)) return DataType.INT64;
  if (type === 'Cast') return attributes.to as DataType;
  if (type === 'ConstantOfShape') return (attributes.value as Tensor).dataType as DataType;
  if (type === 'Where') return inputs[1] as DataType;
  if (type === 'DequantizeLinear') return inputs[1] as DataType;
  return inputs[0] ?? DataType.FLOAT;
}

function elements(type: DataType, values: readonly number[]) {
  if (type === DataType.DOUBLE) return Float64Array.from(values);
  if (type === DataType.INT64) return BigInt64Array.from(values, BigInt);
  if (type === DataType.INT32) return Int32Array.from(values);
  if (type === DataType.BOOL) return Uint8Array.from(values);
  return Float32Array.from(values);
}

/** JSON for a memo key: bigints and bytes of small tensors in attributes become text. */
function describe(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value instanceof Uint8Array ? Array.from(value) : value;
}
