import type { Value } from '@tessera/onnx';
import { axesUpTo, type GraphBuilder } from './graph-builder.ts';

export interface Scatter {
  /** int64 [n]: the row each update belongs to; negative rows count from the end. */
  readonly rows: Value;
  /** [n, …]: what is added to the rows. */
  readonly updates: Value;
  readonly updatesRank: number;
  /** int64 [1]: how many rows the result has. */
  readonly count: Value;
  /** The number of rows when it is fixed. */
  readonly fixedCount: number | undefined;
  /** Whether no row can occur twice. */
  readonly unique: boolean;
}

/** Above this many rows a one-hot matrix costs more than an index for every element. */
const oneHotLimit = 4096;

/**
 * A tensor [count, …] of zeros to which every update was added at its row: the transpose of a lookup.
 *
 * ScatterND with addition would be the operator for it, but onnxruntime's CPU kernel adds from several
 * threads without locks, so it is used only where rows are distinct. Otherwise a one-hot matrix multiplies
 * the updates, or, for long tables, ScatterElements (single-threaded, an index for every element) adds them.
 */
export function scatterRows(g: GraphBuilder, scatter: Scatter): Value {
  if (scatter.unique) return scatterDistinct(g, scatter);
  return (scatter.fixedCount ?? 0) > oneHotLimit ? scatterElements(g, scatter) : oneHotProduct(g, scatter);
}

function scatterDistinct(g: GraphBuilder, { rows, updates, updatesRank, count }: Scatter): Value {
  const zeros = g.filled(resultShape(g, updates, updatesRank, count), 0, updates);
  return g.op('ScatterND', [zeros, g.unsqueeze(rows, [-1]), updates]);
}

function scatterElements(g: GraphBuilder, { rows, updates, updatesRank, count }: Scatter): Value {
  const zeros = g.filled(resultShape(g, updates, updatesRank, count), 0, updates);
  const column = g.unsqueeze(rows, axesUpTo(updatesRank).slice(1));
  const indices = g.expand(column, g.shape(updates));
  return g.op('ScatterElements', [zeros, indices, updates], { axis: 0, reduction: 'add' });
}

/** [count, n] one-hot × [n, rest], reshaped to [count, …]. */
function oneHotProduct(g: GraphBuilder, { rows, updates, updatesRank, count }: Scatter): Value {
  const total = g.squeeze(count, [0]);
  const fromStart = g.where(g.less(rows, 0), g.add(rows, total), rows);
  const oneHot = g.equal(g.unsqueeze(g.range(total), [1]), g.unsqueeze(fromStart, [0]));
  const flat = g.reshape(updates, g.concat([g.shape(rows), g.ints([-1])], 0));
  const product = g.matMul(g.indicator(oneHot, updates), flat);
  return updatesRank === 2 ? product : g.reshape(product, resultShape(g, updates, updatesRank, count));
}

function resultShape(g: GraphBuilder, updates: Value, updatesRank: number, count: Value): Value {
  if (updatesRank === 1) return count;
  const rest = g.slice(g.shape(updates), g.ints([1]), g.ints([updatesRank]), [0]);
  return g.concat([count, rest], 0);
}

export interface AxisScatter {
  /**
   * Gradient of a lookup along `axis`: the axes before it, then those of the indices, then those after it.
   */
  readonly dy: Value;
  /** int64 indices of rank `indicesRank`. */
  readonly indices: Value;
  readonly indicesRank: number;
  /** The tensor that was looked up in: a forward value. */
  readonly x: Value;
  readonly axis: number;
  readonly unique: boolean;
}

/** The gradient of `Gather(x, indices, axis)`: rows of dy added at the places they were read from. */
export function scatterAlong(
  g: GraphBuilder,
  { dy, indices, indicesRank, x, axis, unique }: AxisScatter,
): Value {
  const rank = g.rank(x);
  const before = axesUpTo(axis);
  const looked = axesUpTo(indicesRank).map((index) => axis + index);
  const after = axesUpTo(rank - axis - 1).map((index) => axis + indicesRank + index);
  const front = g.transpose(dy, [...looked, ...before, ...after]);
  const rest = rank - 1;
  const rows = indicesRank === 1 ? indices : g.reshape(indices, [-1]);
  const restShape = g.slice(g.shape(front), g.ints([indicesRank]), g.ints([indicesRank + rest]), [0]);
  const updates =
    indicesRank === 1 ? front : g.reshape(front, rest ? g.concat([g.ints([-1]), restShape], 0) : [-1]);
  const summed = scatterRows(g, {
    rows,
    updates,
    updatesRank: rank,
    count: g.lengths(x, axis),
    fixedCount: g.fixed(x, axis),
    unique,
  });
  return g.transpose(summed, [
    ...axesUpTo(axis).map((index) => index + 1),
    0,
    ...axesUpTo(rest - axis).map((index) => axis + 1 + index),
  ]);
}
