import { float32, type NamedTensors, type Tensor } from '@tessera/contracts';
import type { ExplainContext, ForwardCall, GradientAnswer, GradientCall } from '../context.ts';
import { outputsOf, seedsOf } from '../target.ts';

/** A model small enough to be worked out on paper: a table of embeddings and a function of them. */
export interface ToyModel {
  /** [V][H] */
  readonly table: readonly (readonly number[])[];
  /** Outputs of one row from its embeddings, given as [T][H] in double precision. */
  outputs(embeddings: readonly Float64Array[]): Readonly<Record<string, readonly number[] | Shaped>>;
}

export interface Shaped {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface Recorded {
  readonly forwardChunks: number[];
  readonly gradientChunks: number[];
  readonly progress: { readonly done: number; readonly total: number | null; readonly note: string }[];
}

/**
 * A context over a toy model. Gradients are central differences in double precision (error near 1e-9), so
 * nothing here shares code with what is tested.
 */
export function toyContext(
  model: ToyModel,
  overrides: Partial<ExplainContext> & { readonly facts?: Partial<ExplainContext['model']> } = {},
): ExplainContext & { readonly recorded: Recorded } {
  const recorded: Recorded = { forwardChunks: [], gradientChunks: [], progress: [] };
  const width = model.table[0]!.length;
  const { facts, ...rest } = overrides;
  const split = (values: ArrayLike<number>): Float64Array[] =>
    Array.from({ length: values.length / width }, (_, t) =>
      Float64Array.from({ length: width }, (_, h) => values[t * width + h]!),
    );
  const lookUp = (ids: readonly number[]): Float32Array =>
    Float32Array.from(ids.flatMap((id) => model.table[id]!));
  const run = (values: ArrayLike<number>): Record<string, Shaped> =>
    Object.fromEntries(
      Object.entries(model.outputs(split(values))).map(([name, output]) => [
        name,
        'shape' in output ? output : { shape: [output.length], data: output },
      ]),
    );
  const tensors = (shaped: Record<string, Shaped>): NamedTensors =>
    Object.fromEntries(
      Object.entries(shaped).map(([name, { shape, data }]): [string, Tensor] => [
        name,
        { dtype: 'float64', shape, data: Float64Array.from(data) },
      ]),
    );
  const gradientOf = (
    values: Float32Array,
    target: GradientCall['points'][number]['target'],
  ): GradientAnswer => {
    const outputs = tensors(run(values));
    const seeds = seedsOf(target, outputs);
    const dot = (at: Float64Array): number => {
      const now = run(at);
      return Object.entries(seeds).reduce(
        (total, [name, seed]) =>
          total + now[name]!.data.reduce((sum, value, i) => sum + value * Number(seed.data[i]), 0),
        0,
      );
    };
    const step = 1e-5;
    const gradient = Float32Array.from(values, (_, i) => {
      const at = (shift: number): Float64Array => {
        const moved = Float64Array.from(values);
        moved[i]! += shift;
        return moved;
      };
      return (dot(at(step)) - dot(at(-step))) / (2 * step);
    });
    const named = outputsOf(target).map((name) => [name, outputs[name]!] as const);
    return { outputs: Object.fromEntries(named), gradient };
  };
  return {
    recorded,
    model: {
      identifier: 'toy',
      capabilities: ['logits', 'token-gradients', 'embedding-table', 'attentions', 'attention-gradients'],
      id2label: { '0': 'no', '1': 'yes' },
      hiddenSize: width,
      layers: 1,
      padId: 0,
      maskId: null,
      unkId: null,
      positionsSkipPad: false,
      ...facts,
    },
    chunkRows: 4,
    signal: new AbortController().signal,
    monotonicMs: () => 0,
    reportProgress: (progress) => recorded.progress.push(progress),
    async forward({ rows }: ForwardCall) {
      recorded.forwardChunks.push(rows.length);
      return rows.map((row) => tensors(run(row.values ?? lookUp(row.inputIds))));
    },
    async gradient({ points }: GradientCall) {
      recorded.gradientChunks.push(points.length);
      return points.map(({ input, values, target }) => gradientOf(values ?? lookUp(input.inputIds), target));
    },
    embeddings: async (ids) => lookUp(ids),
    ...rest,
  };
}

/** float32 tensor of a list, for hand-made outputs. */
export function vector(values: readonly number[]): Tensor {
  return float32([values.length], values);
}
