import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { encodeModel, externalFiles, loadModel, type Model } from '@tessera/autodiff';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const root = new URL('../../', import.meta.url);

/** A tensor as the Python references write it: float32 as base64, integers as numbers. */
export interface WrittenTensor {
  readonly dtype: 'float32' | 'float16' | 'int64' | 'int32' | 'bool';
  readonly shape: readonly number[];
  readonly data: string | readonly number[];
}

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8')) as T;
}

export function pathOf(path: string): string {
  return fileURLToPath(new URL(path, root));
}

/** A fixture by the name in index.json: gzipped, beside external data, or one of the starter models. */
export function loadFixture(file: string): Model {
  if (file.startsWith('models/')) return loadModel(pathOf(file));
  const path = pathOf(`test/fixtures/autodiff/${file}`);
  return file.endsWith('.gz') ? loadModel(new Uint8Array(gunzipSync(readFileSync(path)))) : loadModel(path);
}

export function makeTensor({ dtype, shape, data }: WrittenTensor): Tensor {
  if (dtype === 'int64')
    return new Tensor(dtype, BigInt64Array.from(data as readonly number[], BigInt), shape);
  if (dtype === 'int32') return new Tensor(dtype, Int32Array.from(data as readonly number[]), shape);
  if (dtype === 'bool') return new Tensor(dtype, Uint8Array.from(data as readonly number[]), shape);
  const bytes = new Uint8Array(Buffer.from(data as string, 'base64'));
  if (dtype === 'float16') return new Tensor(dtype, new Uint16Array(bytes.buffer), shape);
  return new Tensor('float32', new Float32Array(bytes.buffer), shape);
}

/**
 * One thread, and weight-int8 pairs left as they are: otherwise onnxruntime rounds activations (docs/facts).
 */
export function openSession(model: Model): Promise<InferenceSession> {
  return InferenceSession.create(encodeModel(model), {
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
    externalData: externalFiles(model),
    extra: { session: { disable_quant_qdq: '1' } },
  });
}

/** Feeds for a session: the written inputs, and empty caches for a decoder's past. */
export function feedsFor(
  session: InferenceSession,
  written: Readonly<Record<string, WrittenTensor>>,
): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  const batch = Object.values(written)[0]?.shape[0] as number;
  for (const input of session.inputMetadata) {
    const given = written[input.name];
    if (given) feeds[input.name] = makeTensor(given);
    else if (input.name.startsWith('past_key_values') && input.isTensor) {
      const dims = input.shape.map((dim, axis) => (axis === 0 ? batch : typeof dim === 'number' ? dim : 0));
      feeds[input.name] = new Tensor('float32', new Float32Array(0), dims);
    }
  }
  return feeds;
}

/** The largest deviation, relative to the largest reference value; NaN counts as infinite. */
export function relativeError(actual: Tensor | undefined, expected: Tensor): number {
  const [a, b] = [actual?.data as Float32Array | undefined, expected.data as Float32Array];
  if (a?.length !== b.length) return Number.POSITIVE_INFINITY;
  let [error, scale] = [0, 0];
  for (let index = 0; index < b.length; index++) {
    const difference = Math.abs((a[index] as number) - (b[index] as number));
    error = Math.max(error, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    scale = Math.max(scale, Math.abs(b[index] as number));
  }
  return error / (scale || 1);
}

const halfTable = Float32Array.from({ length: 65536 }, (_, bits) => {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
});

/** A 16-bit float tensor as float32; other tensors as they are. */
export function widened(tensor: Tensor | undefined): Tensor | undefined {
  if (tensor?.type !== 'float16') return tensor;
  const bits = new Uint16Array(
    (tensor.data as Uint16Array).buffer,
    (tensor.data as Uint16Array).byteOffset,
    tensor.size,
  );
  return new Tensor(
    'float32',
    Float32Array.from(bits, (pattern) => halfTable[pattern] as number),
    tensor.dims,
  );
}

/** A float32 tensor rounded to 16 bits, for inputs that want them. */
export function narrowed(tensor: Tensor): Tensor {
  const nearest = (value: number) => {
    let [best, distance] = [0, Number.POSITIVE_INFINITY];
    const sign = value < 0 ? 0x8000 : 0;
    for (let bits = 0; bits < 0x7c00; bits++) {
      const away = Math.abs((halfTable[bits] as number) - Math.abs(value));
      if (away < distance) [best, distance] = [bits, away];
    }
    return best | sign;
  };
  return new Tensor('float16', Uint16Array.from(tensor.data as Float32Array, nearest), tensor.dims);
}
