import { type Tensor, type TensorType, tensorBytes, tensorFromBytes } from '@tessera/contracts';

const descriptions: Readonly<Record<TensorType, string>> = {
  float32: '<f4',
  float64: '<f8',
  int64: '<i8',
  int32: '<i4',
  bool: '|b1',
};
const types = new Map(Object.entries(descriptions).map(([type, descr]) => [descr, type as TensorType]));

const magic = Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);

/**
 * A tensor as a NumPy `.npy` file, version 1.0: magic, u16 header length, an ASCII header padded with spaces
 * so that the data begins at a multiple of 64 bytes, row-major little-endian data. Byte for byte what
 * `numpy.save` writes.
 */
export function encodeNpy(tensor: Tensor): Uint8Array<ArrayBuffer> {
  const dict = `{'descr': '${descriptions[tensor.dtype]}', 'fortran_order': False, 'shape': ${shapeTuple(tensor.shape)}, }`;
  const prefix = magic.length + 2;
  const total = Math.ceil((prefix + dict.length + 1) / 64) * 64;
  const data = tensorBytes(tensor);
  const file = new Uint8Array(total + data.byteLength);
  file.set(magic);
  new DataView(file.buffer).setUint16(magic.length, total - prefix, true);
  file.fill(0x20, prefix, total);
  for (let i = 0; i < dict.length; i++) file[prefix + i] = dict.charCodeAt(i);
  file[total - 1] = 0x0a;
  file.set(data, total);
  return file;
}

/**
 * Reads what {@link encodeNpy} or `numpy.save` wrote; throws on Fortran order, other element types and cut
 * files.
 */
export function decodeNpy(file: Uint8Array): Tensor {
  if (magic.some((byte, i) => i < 6 && file[i] !== byte)) throw new Error('not an .npy file');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const wide = file[6]! >= 2;
  const start = wide ? 12 : 10;
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = new TextDecoder('latin1').decode(file.subarray(start, end));
  const descr = /'descr': '([^']+)'/.exec(header)?.[1] ?? '';
  const type = types.get(descr);
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1];
  if (!type || shape === undefined || !header.includes("'fortran_order': False"))
    throw new Error(`cannot read an .npy file with the header ${header.trim()}`);
  const sizes = shape.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  return tensorFromBytes(type, sizes, file.subarray(end));
}

/** Python's repr of a tuple: `()`, `(3,)`, `(1, 2)`. */
function shapeTuple(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}
