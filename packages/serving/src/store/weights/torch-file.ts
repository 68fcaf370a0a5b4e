import { fromBfloat16, fromFloat16, type StoredTensor } from '@tessera/onnx';
import { unzipSync } from 'fflate';
import { PickleGlobal, type PickleWorld, readPickle } from './pickle.ts';

/** How the values of a storage lie in the file, little-endian. */
interface Format {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

/** Values of one storage, looked up when all are read: the older format writes them behind the pickle. */
interface Storage {
  readonly key: string;
  readonly format: Format;
}
interface PlacedTensor {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

const storages: Readonly<Record<string, Format>> = {
  FloatStorage: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  DoubleStorage: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  HalfStorage: { bytes: 2, read: (view, at) => fromFloat16(view.getUint16(at, true)) },
  BFloat16Storage: { bytes: 2, read: (view, at) => fromBfloat16(view.getUint16(at, true)) },
  LongStorage: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
};

/**
 * The tensors of a file that `torch.save(state_dict)` wrote, as float32: the zip of torch 1.6 and later, or
 * the stream of pickles before it. Nothing is imported or executed. Throws Error naming what such a file may
 * not hold.
 */
export function readTorchFile(bytes: Uint8Array): ReadonlyMap<string, StoredTensor> {
  return bytes[0] === 0x50 && bytes[1] === 0x4b ? readZip(bytes) : readStream(bytes);
}

const world: PickleWorld = {
  call(global, args) {
    switch (global.name) {
      case 'collections.OrderedDict':
        return new Map(args as [unknown, unknown][]);
      case 'torch._utils._rebuild_tensor_v2':
      case 'torch._utils._rebuild_tensor': {
        const [storage, offset, shape, stride] = args as [Storage, number, number[], number[]];
        return { storage, offset, shape, stride } satisfies PlacedTensor;
      }
      case 'torch._utils._rebuild_parameter':
        return args[0];
      default:
        throw new Error(`the file asks for ${global.name}; only plain tensors are read`);
    }
  },
  persistent(id) {
    const [kind, type, key] = id as [string, PickleGlobal, string];
    const name = type instanceof PickleGlobal ? type.name.split('.').at(-1)! : String(type);
    const known = storages[name];
    if (kind !== 'storage' || !known) throw new Error(`the file has a ${name}, which is not known here`);
    return { key, format: known } satisfies Storage;
  },
};

function readZip(bytes: Uint8Array): ReadonlyMap<string, StoredTensor> {
  const files = unzipSync(bytes);
  const pickle = Object.keys(files).find((name) => /(^|\/)data\.pkl$/.test(name));
  if (pickle === undefined) throw new Error('the file has no data.pkl');
  const folder = pickle.slice(0, -'data.pkl'.length);
  if (files[`${folder}byteorder`] && new TextDecoder().decode(files[`${folder}byteorder`]).trim() === 'big')
    throw new Error('the file has big-endian numbers');
  const { value } = readPickle(files[pickle]!, 0, world);
  return tensorsOf(value, ({ key }) => files[`${folder}data/${key}`]);
}

/** Magic number, version, system, state dict, keys of the storages; then each storage's length and values. */
function readStream(bytes: Uint8Array): ReadonlyMap<string, StoredTensor> {
  let at = 0;
  const next = (): unknown => {
    const { value, end } = readPickle(bytes, at, world);
    at = end;
    return value;
  };
  next();
  next();
  next();
  const state = next();
  const keys = next() as string[];
  const formats = new Map<string, Format>();
  collect(state, ({ storage }) => formats.set(storage.key, storage.format));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = new Map<string, Uint8Array>();
  for (const key of keys) {
    const length = Number(view.getBigInt64(at, true)) * (formats.get(key)?.bytes ?? 0);
    data.set(key, bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return tensorsOf(state, ({ key }) => data.get(key));
}

function collect(state: unknown, visit: (tensor: PlacedTensor, name: string) => void): void {
  if (!(state instanceof Map)) throw new Error('the file does not hold a dictionary of tensors');
  for (const [name, value] of state as Map<string, unknown>)
    if (typeof value === 'object' && value !== null && 'storage' in value) visit(value as PlacedTensor, name);
}

function tensorsOf(
  state: unknown,
  bytesFor: (storage: Storage) => Uint8Array | undefined,
): ReadonlyMap<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  collect(state, (placed, name) => {
    const bytes = bytesFor(placed.storage);
    if (!bytes) throw new Error(`the file lacks the values of ${name}`);
    tensors.set(name, { dims: placed.shape, values: gather(bytes, placed, name) });
  });
  return tensors;
}

/** The values of a view of a storage, row-major. */
function gather(
  bytes: Uint8Array,
  { storage, offset, shape, stride }: PlacedTensor,
  name: string,
): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < out.length; i++) {
    const from = index.reduce((sum, n, axis) => sum + n * stride[axis]!, offset) * storage.format.bytes;
    if (from + storage.format.bytes > bytes.byteLength) throw new Error(`the file lacks values of ${name}`);
    out[i] = storage.format.read(view, from);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return out;
}
