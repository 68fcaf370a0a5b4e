import { create } from '@bufbuild/protobuf';
import { AppError } from '@tessera/base';
import { DataType, dataTypeName } from './data-type.ts';
import { fromBfloat16, fromFloat16 } from './half.ts';
import { type TensorProto, TensorProtoSchema } from './proto.ts';

/** A constant tensor inside a model; its bytes are shared with the file it was read from, never copied. */
export type Tensor = TensorProto;

/** Numbers of a tensor in the natural JavaScript container of its element type. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Makes a constant tensor that shares the memory of `data`. */
export function makeTensor(name: string, type: DataType, dims: readonly number[], data: TensorData): Tensor {
  return create(TensorProtoSchema, {
    name,
    dataType: type,
    dims: dims.map(BigInt),
    rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  });
}

export function floatTensor(name: string, dims: readonly number[], values: ArrayLike<number>): Tensor {
  return makeTensor(name, DataType.FLOAT, dims, Float32Array.from(values));
}

export function int64Tensor(name: string, dims: readonly number[], values: readonly number[]): Tensor {
  return makeTensor(name, DataType.INT64, dims, BigInt64Array.from(values, BigInt));
}

/** A copy of the tensor under another name; the bytes stay shared. */
export function renamedTensor(tensor: Tensor, name: string): Tensor {
  return Object.assign(create(TensorProtoSchema), tensor, { name });
}

export function tensorDims(tensor: Tensor): number[] {
  return tensor.dims.map(Number);
}

export function tensorSize(tensor: Tensor): number {
  return tensor.dims.reduce((product, dim) => product * Number(dim), 1);
}

/** Whether the bytes lie in a file beside the model. */
export function isExternal(tensor: Tensor): boolean {
  return Number(tensor.dataLocation) === 1;
}

const containers = {
  [DataType.FLOAT]: Float32Array,
  [DataType.DOUBLE]: Float64Array,
  [DataType.INT8]: Int8Array,
  [DataType.UINT8]: Uint8Array,
  [DataType.BOOL]: Uint8Array,
  [DataType.INT16]: Int16Array,
  [DataType.UINT16]: Uint16Array,
  [DataType.FLOAT16]: Uint16Array,
  [DataType.BFLOAT16]: Uint16Array,
  [DataType.INT32]: Int32Array,
  [DataType.UINT32]: Uint32Array,
  [DataType.INT64]: BigInt64Array,
  [DataType.UINT64]: BigUint64Array,
} as const;

/**
 * The tensor's elements. Half floats come as Float32Array. Shares memory with the file when it is aligned.
 * Throws ONNX_INVALID for strings, for element types without a JavaScript container and for unresolved
 * external data.
 */
export function tensorData(tensor: Tensor): TensorData {
  const bits = storedData(tensor);
  if (tensor.dataType === DataType.FLOAT16) return Float32Array.from(bits as Uint16Array, fromFloat16);
  if (tensor.dataType === DataType.BFLOAT16) return Float32Array.from(bits as Uint16Array, fromBfloat16);
  return bits;
}

/**
 * The elements as plain numbers (int64 rounded to doubles); meant for small constants such as axes and
 * shapes.
 */
export function tensorNumbers(tensor: Tensor): number[] {
  return Array.from(tensorData(tensor) as ArrayLike<number | bigint>, Number);
}

/** The elements as floats, converted when the tensor holds another type. */
export function tensorFloats(tensor: Tensor): Float32Array {
  const data = tensorData(tensor);
  return data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, Number);
}

function storedData(tensor: Tensor): TensorData {
  if (isExternal(tensor)) throw invalid(tensor, 'its bytes are in an external file that was not given');
  const Container = containers[tensor.dataType as keyof typeof containers];
  if (!Container) throw invalid(tensor, `elements of ${dataTypeName(tensor.dataType)} cannot be read`);
  const raw = tensor.rawData;
  if (raw.byteLength > 0) {
    const aligned = raw.byteOffset % Container.BYTES_PER_ELEMENT === 0 ? raw : new Uint8Array(raw);
    return new Container(
      aligned.buffer as ArrayBuffer,
      aligned.byteOffset,
      aligned.byteLength / Container.BYTES_PER_ELEMENT,
    );
  }
  return typedFieldData(tensor);
}

/** Elements from the typed repeated fields, which small tensors use instead of raw bytes. */
function typedFieldData(tensor: Tensor): TensorData {
  switch (tensor.dataType) {
    case DataType.FLOAT:
      return Float32Array.from(tensor.floatData);
    case DataType.DOUBLE:
      return Float64Array.from(tensor.doubleData);
    case DataType.INT64:
      return BigInt64Array.from(tensor.int64Data);
    case DataType.UINT64:
      return BigUint64Array.from(tensor.uint64Data);
    case DataType.UINT32:
      return Uint32Array.from(tensor.uint64Data, Number);
    default: {
      const Container = containers[tensor.dataType as keyof typeof containers] as Int32ArrayConstructor;
      return Container.from(tensor.int32Data);
    }
  }
}

function invalid(tensor: Tensor, problem: string): AppError {
  return new AppError('ONNX_INVALID', { detail: { problem: `tensor "${tensor.name}": ${problem}.` } });
}
