import { AppError } from '@tessera/base';
import { fromBfloat16, fromFloat16 } from '../half.ts';

/** A tensor of a safetensors file, widened to float32. */
export interface StoredTensor {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * Reads a safetensors file: a little-endian uint64 length, that many bytes of JSON naming each tensor with
 * its type, shape and place, then the bytes. Throws ONNX_INVALID when the file is damaged or holds no floats.
 */
export function readSafetensors(bytes: Uint8Array): ReadonlyMap<string, StoredTensor> {
  const { header, start } = readHeader(bytes);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [from, to] = entry.data_offsets;
    // Not bytes.slice: that of a Buffer is a view, and would not be aligned.
    const values = widen(name, entry.dtype, new Uint8Array(bytes.subarray(start + from, start + to)));
    const size = entry.shape.reduce((product, dim) => product * dim, 1);
    if (values.length !== size) throw damaged(`tensor "${name}" is cut short`);
    tensors.set(name, { dims: entry.shape, values });
  }
  return tensors;
}

function readHeader(bytes: Uint8Array): { header: Record<string, Entry>; start: number } {
  if (bytes.byteLength < 8) throw damaged('it is too short');
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > bytes.byteLength - 8) throw damaged('its header is cut short');
  try {
    return { header: JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))), start: 8 + length };
  } catch (cause) {
    throw damaged('its header is not JSON', cause);
  }
}

/** `bytes` is a copy of its own, so that typed arrays over it are aligned. */
function widen(name: string, dtype: string, bytes: Uint8Array): Float32Array {
  const { buffer } = bytes;
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer as ArrayBuffer);
    case 'F64':
      return Float32Array.from(new Float64Array(buffer as ArrayBuffer));
    case 'F16':
      return Float32Array.from(new Uint16Array(buffer as ArrayBuffer), fromFloat16);
    case 'BF16':
      return Float32Array.from(new Uint16Array(buffer as ArrayBuffer), fromBfloat16);
    default:
      throw damaged(`tensor "${name}" is of type ${dtype}, not of a float type`);
  }
}

function damaged(problem: string, cause?: unknown): AppError {
  return new AppError('ONNX_INVALID', {
    detail: { problem: `the safetensors file cannot be used: ${problem}.` },
    cause,
  });
}
