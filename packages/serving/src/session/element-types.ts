import type { Tensor } from '@tessera/contracts';
import { toHalf, widenHalves } from './half.ts';

/** Element types of inputs that can be filled: what the program writes is converted to them. */
export const fedTypes = ['float32', 'float64', 'float16', 'int64', 'int32', 'bool', 'int8', 'uint8'] as const;
export type FedType = (typeof fedTypes)[number];

/** Element types of results that can be read; halves are widened to float32. */
export const readTypes = ['float32', 'float64', 'float16', 'int64', 'int32', 'bool'] as const;

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int32: Int32Array,
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
} as const;

/** Values in the element type that a file's input has. */
export function convertFed({ dtype, data }: Tensor, to: FedType): ArrayBufferView {
  if (dtype === to) return data;
  const length = data.length;
  const valueAt = readerOf(data);
  if (to === 'int64') {
    const wide = new BigInt64Array(length);
    for (let i = 0; i < length; i++) wide[i] = BigInt(Math.trunc(valueAt(i)));
    return wide;
  }
  const converted = new arrays[to](length);
  if (to === 'float16') for (let i = 0; i < length; i++) converted[i] = toHalf(valueAt(i));
  else for (let i = 0; i < length; i++) converted[i] = valueAt(i);
  return converted;
}

function readerOf(data: Tensor['data']): (at: number) => number {
  return data instanceof BigInt64Array ? (at) => Number(data[at]) : (at) => data[at]!;
}

/** Halves as onnxruntime gives them, bit patterns or a typed array of their own where the engine has one. */
export function widened(data: ArrayBufferView): Float32Array {
  return widenHalves(new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2));
}
