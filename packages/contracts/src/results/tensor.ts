/** Tensors as they travel: row-major data beside its shape. */
export type TensorData = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array;

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int64: BigInt64Array,
  int32: Int32Array,
  /** One byte a value, 0 or 1. */
  bool: Uint8Array,
} as const;

export type TensorType = keyof typeof arrays;

export interface Tensor {
  readonly dtype: TensorType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/**
 * The tensors of one result by name. A dot and a number mark a place in a list: `attentions.0`,
 * `attentions.1` are the members of the list `attentions`; `scores.0.2` nests (prompt 0, step 2).
 */
export type NamedTensors = Readonly<Record<string, Tensor>>;

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A tensor of the given shape; without data it is filled with zeros. Throws when data and shape disagree. */
export function tensor(dtype: TensorType, shape: readonly number[], data?: TensorData): Tensor {
  const count = elementCount(shape);
  const values = data ?? new arrays[dtype](count);
  if (values.length !== count)
    throw new Error(`shape [${shape}] holds ${count} values, not ${values.length}`);
  return { dtype, shape, data: values };
}

export function float32(shape: readonly number[], data?: Float32Array | readonly number[]): Tensor {
  return tensor(
    'float32',
    shape,
    data === undefined || data instanceof Float32Array ? data : Float32Array.from(data),
  );
}

/** A view of `bytes` as values of `dtype`; copies only when the bytes are not aligned. */
export function tensorFromBytes(dtype: TensorType, shape: readonly number[], bytes: Uint8Array): Tensor {
  const array = arrays[dtype];
  const aligned = bytes.byteOffset % array.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  return tensor(
    dtype,
    shape,
    new array(
      aligned.buffer as ArrayBuffer,
      aligned.byteOffset,
      aligned.byteLength / array.BYTES_PER_ELEMENT,
    ),
  );
}

export function tensorBytes(t: Tensor): Uint8Array {
  return new Uint8Array(t.data.buffer, t.data.byteOffset, t.data.byteLength);
}
