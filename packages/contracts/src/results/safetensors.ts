import { type NamedTensors, type Tensor, type TensorType, tensorBytes, tensorFromBytes } from './tensor.ts';

const codes: Readonly<Record<TensorType, string>> = {
  float32: 'F32',
  float64: 'F64',
  int64: 'I64',
  int32: 'I32',
  bool: 'BOOL',
};
const types = new Map(Object.entries(codes).map(([type, code]) => [code, type as TensorType]));

/**
 * Writes tensors in the safetensors format: u64 header length, JSON header padded to 8 bytes, then the data.
 */
export function encodeSafetensors(tensors: NamedTensors): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, t] of Object.entries(tensors)) {
    const end = offset + t.data.byteLength;
    header[name] = { dtype: codes[t.dtype], shape: t.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset).fill(0x20, 8, 8 + headerLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, 8);
  let at = 8 + headerLength;
  for (const t of Object.values(tensors)) {
    bytes.set(tensorBytes(t), at);
    at += t.data.byteLength;
  }
  return bytes;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

/**
 * Reads tensors written by {@link encodeSafetensors} or any tool that writes F32, F64, I64, I32 and BOOL;
 * throws on others.
 */
export function decodeSafetensors(bytes: Uint8Array): NamedTensors {
  const headerLength = Number(
    new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true),
  );
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength))) as Record<
    string,
    HeaderEntry
  >;
  const tensors: Record<string, Tensor> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const type = types.get(entry.dtype);
    if (!type) throw new Error(`safetensors type ${entry.dtype} of "${name}" is not supported`);
    const [start, end] = entry.data_offsets;
    tensors[name] = tensorFromBytes(
      type,
      entry.shape,
      bytes.subarray(8 + headerLength + start, 8 + headerLength + end),
    );
  }
  return tensors;
}
