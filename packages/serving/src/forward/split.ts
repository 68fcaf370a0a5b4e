import { type Tensor, tensor } from '@tessera/contracts';
import type { RowOutputs } from '../runtime.ts';
import type { FileOutput, OutputMap } from './output-names.ts';

/** A batch's outputs by the file's names, and what is needed to take them apart. */
export interface RawBatch {
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Padded tokens of the batch. */
  readonly tokens: number;
  readonly hasChoices: boolean;
  /** Rows of the run, those that fill a fixed batch included. */
  readonly rows: number;
}

/** Axes of a row's tensor (without the batch axis) that count tokens. */
export function tokenAxes(name: string, rank: number): readonly number[] {
  switch (name) {
    case 'logits':
      return rank === 2 ? [0] : [];
    case 'start_logits':
    case 'end_logits':
    case 'last_hidden_state':
    case 'hidden_states':
    case 'gradient':
      return [0];
    case 'attentions':
    case 'attention_gradients':
      return [rank - 2, rank - 1];
    default:
      return [];
  }
}

/** The outputs of each row, cut back to `lengths`. Parts that lie together share the batch's memory. */
export function splitBatch(
  raw: RawBatch,
  lengths: readonly number[],
  { wanted, map }: { readonly wanted: readonly FileOutput[]; readonly map: OutputMap },
): readonly RowOutputs[] {
  const parts = wanted.flatMap((name) =>
    map.get(name)!.map((file, i) => ({
      key: isList(name) ? `${name}.${i}` : name,
      name,
      tensor: raw.outputs[file]!,
    })),
  );
  return lengths.map((length, row) => {
    const outputs: Record<string, Tensor> = {};
    for (const { key, name, tensor } of parts)
      outputs[key] = cutTokens(rowOf(tensor, row, raw.rows, raw.hasChoices), length, raw.tokens, name);
    return outputs;
  });
}

function isList(name: FileOutput): boolean {
  return name === 'attentions' || name === 'hidden_states' || name === 'attention_gradients';
}

/**
 * Row `row` of [B, …]. A file with choices gives logits [1, B], and everything inside it [B, …] because it
 * folds the axes; a file that gives one number a row may drop the last axis: both become [1].
 */
function rowOf(batch: Tensor, row: number, rows: number, hasChoices: boolean): Tensor {
  const dims =
    hasChoices && batch.shape[0] === 1 && batch.shape[1] === rows ? batch.shape.slice(1) : batch.shape;
  const shape = dims.length > 1 ? dims.slice(1) : [1];
  const size = batch.data.length / rows;
  return { dtype: batch.dtype, shape, data: batch.data.subarray(row * size, (row + 1) * size) };
}

/** Keeps the first `length` of `tokens` places of every token axis. */
export function cutTokens(whole: Tensor, length: number, tokens: number, name: FileOutput): Tensor {
  const axes = tokenAxes(name, whole.shape.length).filter((axis) => whole.shape[axis] === tokens);
  if (length === tokens || axes.length === 0) return whole;
  const shape = whole.shape.map((size, axis) => (axes.includes(axis) ? length : size));
  if (axes.length === 1 && axes[0] === 0) {
    const size = shape.reduce((product, n) => product * n, 1);
    return { dtype: whole.dtype, shape, data: whole.data.subarray(0, size) };
  }
  return { dtype: whole.dtype, shape, data: copyMaps(whole, tokens, length) };
}

/** Puts zeros behind `tokens` places of every token axis, up to `length`. */
export function extendTokens(whole: Tensor, tokens: number, length: number, name: FileOutput): Tensor {
  const axes = tokenAxes(name, whole.shape.length).filter((axis) => whole.shape[axis] === tokens);
  if (length <= tokens || axes.length === 0) return whole;
  const shape = whole.shape.map((size, axis) => (axes.includes(axis) ? length : size));
  if (axes.length > 1) return { dtype: whole.dtype, shape, data: copyMaps(whole, tokens, length) };
  const extended = tensor(whole.dtype, shape);
  (extended.data as Float32Array).set(whole.data as Float32Array);
  return extended;
}

/** Square maps of another size, [A, T, T] → [A, t, t], with what both have. */
function copyMaps(whole: Tensor, tokens: number, length: number): Float32Array {
  const maps = whole.shape.slice(0, -2).reduce((product, n) => product * n, 1);
  const source = whole.data as Float32Array;
  const data = new Float32Array(maps * length * length);
  const both = Math.min(tokens, length);
  for (let m = 0; m < maps; m++)
    for (let q = 0; q < both; q++) {
      const from = (m * tokens + q) * tokens;
      data.set(source.subarray(from, from + both), (m * length + q) * length);
    }
  return data;
}
