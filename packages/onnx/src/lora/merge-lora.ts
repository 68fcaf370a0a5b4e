import { evaluateMatrix } from '../constant-matrix.ts';
import type { Value } from '../emitter.ts';
import { Graph } from '../graph.ts';
import type { Model } from '../model.ts';
import { liftConstants } from '../passes/constants.ts';
import { prune } from '../passes/prune.ts';
import { floatTensor, tensorDims, tensorFloats } from '../tensor.ts';
import { type LoraFiles, type ParameterChange, readAdapter, unfit } from './adapter.ts';
import { locateBias, locateWeight, type Parameter } from './locate-parameter.ts';

/**
 * Merges PEFT LoRA adapters into a model: every parameter becomes Σ wᵢ·(what adapter i alone would make of
 * it), so one adapter with weight 1 is PEFT's `merge_and_unload`, and equal weights average the merged
 * models. The given model is not changed; only the touched weights are new.
 *
 * @param weights one per adapter; equal shares when left out
 * @throws ADAPTER_UNFIT naming every module that the model lacks or has in another shape
 */
export function mergeLora(model: Model, adapters: readonly LoraFiles[], weights?: readonly number[]): Model {
  const graph = new Graph(model);
  liftConstants(graph);
  const problems: string[] = [];
  const sums = new Map<Value, Float32Array>();
  adapters.forEach((adapter, index) => {
    const share = weights?.[index] ?? 1 / adapters.length;
    for (const change of readAdapter(adapter)) {
      const problem = addChange(graph, sums, change, share);
      if (problem) problems.push(`${change.module}.${change.parameter} ${problem}`);
    }
  });
  if (problems.length > 0) throw unfit(adapters.map(({ name }) => name).join(', '), problems.join('; '));
  for (const [value, sum] of sums) replaceConstant(graph, value, sum);
  prune(graph);
  return graph.toModel();
}

/** Adds share·(changed − original) of one parameter; gives the problem when it does not fit. */
function addChange(
  graph: Graph,
  sums: Map<Value, Float32Array>,
  change: ParameterChange,
  share: number,
): string | undefined {
  const place =
    change.parameter === 'weight' ? locateWeight(graph, change.module) : locateBias(graph, change.module);
  if (!place) return 'is not in the model';
  const original = readConstant(graph, place.value);
  const delta = change.kind === 'low-rank' ? product(change, place) : difference(change.to, original, place);
  const size = `[${original.dims}]`;
  if (!delta || delta.length !== original.values.length) return `has another shape there: ${size}`;
  const sum = sums.get(place.value) ?? new Float32Array(original.values.length);
  for (let index = 0; index < sum.length; index++)
    sum[index] = (sum[index] as number) + share * (delta[index] as number);
  sums.set(place.value, sum);
  return undefined;
}

type LowRank = Extract<ParameterChange, { kind: 'low-rank' }>;

/** scale·B·A in the orientation of the stored weight; undefined when the factors do not fit each other. */
function product({ a, b, scale, embedding }: LowRank, { transposed }: Parameter): Float32Array | undefined {
  const [rank = 0, columns = 0] = [a.dims[0], a.values.length / (a.dims[0] ?? 1)];
  const rows = b.dims[0] as number;
  if (b.values.length !== rows * rank) return undefined;
  const flip = transposed || embedding;
  const result = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < rank; k++)
        sum += (b.values[row * rank + k] as number) * (a.values[k * columns + column] as number);
      result[flip ? column * rows + row : row * columns + column] = scale * sum;
    }
  }
  return result;
}

/** What a wholly trained parameter differs by; undefined when its shape is another. */
function difference(
  to: { readonly dims: readonly number[]; readonly values: Float32Array },
  original: Constant,
  { transposed }: Parameter,
): Float32Array | undefined {
  const [rows = 1, columns = 1] = to.dims;
  const wanted = transposed && to.dims.length === 2 ? [columns, rows] : to.dims;
  if (wanted.join() !== original.dims.join()) return undefined;
  return original.values.map((value, index) => {
    const place =
      transposed && to.dims.length === 2 ? (index % rows) * columns + Math.floor(index / rows) : index;
    return (to.values[place] as number) - value;
  });
}

interface Constant {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

function readConstant(graph: Graph, value: Value): Constant {
  const tensor = graph.constant(value);
  if (tensor) return { dims: tensorDims(tensor), values: tensorFloats(tensor) };
  const { dims, rows } = evaluateMatrix(graph, value);
  return { dims, values: rows };
}

/** Puts original + sum in the place of a constant, whatever computed it. */
function replaceConstant(graph: Graph, value: Value, sum: Float32Array): void {
  const { dims, values } = readConstant(graph, value);
  const producer = graph.producer(value);
  graph.nodes = graph.nodes.filter((node) => node !== producer);
  graph.addInitializer(
    floatTensor(
      value,
      dims,
      values.map((original, index) => original + (sum[index] as number)),
    ),
  );
  graph.touch();
}
