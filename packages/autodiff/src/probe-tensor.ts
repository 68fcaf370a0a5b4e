import { DataType, type Dim, declaredDims, declaredType, type ValueInfo } from '@tessera/onnx';
import { Tensor } from 'onnxruntime-node';

/** Lengths of the varying dimensions, and the number that fills token ids, in one run of a model. */
export interface ProbeInput {
  readonly batch: number;
  readonly length: number;
  readonly id: number;
}

/** Feeds for every input of a graph. */
export function probeFeeds(inputs: readonly ValueInfo[], probe: ProbeInput): Record<string, Tensor> {
  return Object.fromEntries(inputs.map((input) => [input.name, probeTensor(input, probe)]));
}

/** Masks of ones, repeated token ids, zeros for other integers, floats that differ from each other. */
function probeTensor(input: ValueInfo, probe: ProbeInput): Tensor {
  const { name } = input;
  const lengths = (declaredDims(input) ?? []).map((dim, axis) => probeLength(dim, axis, probe));
  const count = lengths.reduce((product, length) => product * length, 1);
  const isTokenIds = name.includes('ids') && !/type|position/.test(name);
  const filler = name.includes('mask') ? 1 : isTokenIds ? probe.id : 0;
  switch (declaredType(input)) {
    case DataType.INT64:
      return new Tensor('int64', new BigInt64Array(count).fill(BigInt(filler)), lengths);
    case DataType.INT32:
      return new Tensor('int32', new Int32Array(count).fill(filler), lengths);
    case DataType.BOOL:
      return new Tensor('bool', new Uint8Array(count).fill(1), lengths);
    case DataType.DOUBLE:
      return new Tensor('float64', Float64Array.from({ length: count }, wave), lengths);
    case DataType.FLOAT16:
      return new Tensor('float16', new Uint16Array(count).fill(0x3800), lengths); // 0.5
    default:
      return new Tensor('float32', Float32Array.from({ length: count }, wave), lengths);
  }
}

function wave(_: unknown, index: number): number {
  return Math.sin(index + 1);
}

/**
 * The length of a dimension. The first axis is the batch whatever it is called; a name with "past" is the
 * length of a decoder's cache; a sum of names is the sum of their lengths.
 */
function probeLength(dim: Dim, axis: number, probe: ProbeInput): number {
  if (typeof dim === 'number') return dim;
  const parts = (dim ?? '').split('+').map((part) => part.trim());
  if (parts.length > 1) return parts.reduce((sum, part) => sum + partLength(part, axis, probe), 0);
  if (/total/.test(dim ?? '')) return pastLength(probe) + probe.length;
  return partLength(parts[0] as string, axis, probe);
}

function partLength(name: string, axis: number, probe: ProbeInput): number {
  if (/^\d+$/.test(name)) return Number(name);
  if (/past/.test(name)) return pastLength(probe);
  return axis === 0 || /batch/.test(name) ? probe.batch : probe.length;
}

/** Differs from the other lengths and between the two runs. */
function pastLength({ batch }: ProbeInput): number {
  return batch + 2;
}
