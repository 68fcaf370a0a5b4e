import { float32, type Tensor } from '@tessera/contracts';
import type { InnerRow } from './generator.ts';

/** Positions [start, end) along an axis. */
type Stretch = readonly [start: number, end: number];

/** Which part of the batch's weights belongs to a row: its ids, and the positions they may look at. */
export interface InnerCut {
  readonly queries: Stretch;
  readonly keys: Stretch;
  /** Positions of the encoder; null for decoder-only models. */
  readonly crossKeys: Stretch | null;
}

/**
 * One row's attention weights, layer by layer, without the padding of its batch-mates: [heads, queries,
 * keys].
 */
export function innerRow(
  outputs: Readonly<Record<string, Tensor>>,
  names: { readonly attentions: readonly string[]; readonly crossAttentions: readonly string[] },
  { row, cut }: { readonly row: number; readonly cut: InnerCut },
): InnerRow {
  const { queries, keys, crossKeys } = cut;
  return {
    attentions: names.attentions.map((name) => cutWeights(outputs[name]!, row, [queries, keys])),
    crossAttentions:
      crossKeys === null
        ? []
        : names.crossAttentions.map((name) => cutWeights(outputs[name]!, row, [queries, crossKeys])),
  };
}

/** Rows `queries` and columns `keys` of row `row` of [rows, heads, Q, K]. */
export function cutWeights(
  weights: Tensor,
  row: number,
  [queries, keys]: readonly [Stretch, Stretch],
): Tensor {
  const [, heads, allQueries, allKeys] = weights.shape as [number, number, number, number];
  const [q, k] = [queries[1] - queries[0], keys[1] - keys[0]];
  const source = weights.data as Float32Array;
  const target = new Float32Array(heads * q * k);
  for (let head = 0; head < heads; head++)
    for (let i = 0; i < q; i++) {
      const from = ((row * heads + head) * allQueries + queries[0] + i) * allKeys + keys[0];
      target.set(source.subarray(from, from + k), (head * q + i) * k);
    }
  return float32([heads, q, k], target);
}
