import { InferenceSession, Tensor } from 'onnxruntime-node';
import { DataType } from '../data-type.ts';
import { emptyModel } from '../empty-model.ts';
import { Graph } from '../graph.ts';
import type { Model } from '../model.ts';
import { makeNode, type NodeFields } from '../node.ts';
import type { Tensor as Constant } from '../tensor.ts';
import { makeValueInfo } from '../value-info.ts';
import { encodeModel } from '../write.ts';

export interface SmallModel {
  readonly opset?: number;
  readonly inputs: Readonly<Record<string, readonly [DataType, readonly number[]]>>;
  readonly constants?: readonly Constant[];
  readonly nodes: readonly NodeFields[];
  readonly outputs: readonly string[];
}

/** A model for a test, from plain data. */
export function smallModel({ opset = 17, inputs, constants = [], nodes, outputs }: SmallModel): Model {
  const graph = new Graph(emptyModel(opset));
  if (nodes.some((node) => node.domain === 'com.microsoft')) graph.requireOpset('com.microsoft', 1);
  graph.inputs = Object.entries(inputs).map(([name, [type, dims]]) => makeValueInfo(name, type, dims));
  for (const constant of constants) graph.addInitializer(constant);
  graph.nodes = nodes.map(makeNode);
  graph.outputs = outputs.map((name) => makeValueInfo(name));
  graph.touch();
  return graph.toModel();
}

/** Runs a model on waves of numbers in the declared shapes. */
export async function runOnWaves(
  model: Model,
  inputs: SmallModel['inputs'],
): Promise<Record<string, Tensor>> {
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, [type, dims]], index) => [name, wave(type, dims, index)]),
  );
  const session = await InferenceSession.create(encodeModel(model), {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const results = await session.run(feeds);
  await session.release();
  return results as Record<string, Tensor>;
}

/**
 * Numbers that differ from each other: sines for floats, small counts for integers, mostly true for booleans.
 */
function wave(type: DataType, dims: readonly number[], seed: number): Tensor {
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (type === DataType.INT64)
    return new Tensor(
      'int64',
      BigInt64Array.from({ length: size }, (_, i) => BigInt(i % 3)),
      dims,
    );
  if (type === DataType.INT32)
    return new Tensor(
      'int32',
      Int32Array.from({ length: size }, (_, i) => (i % 4 === 3 ? 0 : 1)),
      dims,
    );
  if (type === DataType.BOOL)
    return new Tensor(
      'bool',
      Uint8Array.from({ length: size }, (_, i) => (i % 4 === 3 ? 0 : 1)),
      dims,
    );
  return new Tensor(
    'float32',
    Float32Array.from({ length: size }, (_, i) => Math.sin(1.7 * i + seed + 1)),
    dims,
  );
}

/** Float constants that differ from each other, without a pattern a transposition would keep. */
export function waves(size: number, seed = 0): number[] {
  return Array.from({ length: size }, (_, index) => Math.cos(2.3 * index + seed));
}

/** The largest absolute difference of two float outputs. */
export function distance(a: Tensor | undefined, b: Tensor | undefined): number {
  const [left, right] = [a?.data as Float32Array | undefined, b?.data as Float32Array | undefined];
  if (!left || left.length !== right?.length) return Number.POSITIVE_INFINITY;
  return left.reduce((worst, value, index) => {
    const difference = Math.abs(value - (right[index] as number));
    return Math.max(worst, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }, 0);
}
