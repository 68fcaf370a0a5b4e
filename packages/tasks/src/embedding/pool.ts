/**
 * Hidden states of one text, [T, H] row-major, of which the first `length` positions are tokens and the rest
 * padding.
 */
export interface HiddenStates {
  readonly values: Float32Array;
  readonly length: number;
  readonly size: number;
}

/** Poolings that read hidden states alone, under sentence-transformers' names: [T, H] to [H]. */
export type Pooling = 'mean' | 'max' | 'cls' | 'mean_sqrt_len_tokens' | 'weightedmean' | 'lasttoken';

/**
 * One vector [H] of a text's hidden states, from token `from` on. Padding never counts; special tokens do
 * (docs/square-wire.md#embedding).
 */
export function pool(states: HiddenStates, pooling: Pooling, from = 0): Float32Array {
  const first = Math.min(from, states.length);
  const at = (t: number): Float32Array => states.values.slice(t * states.size, (t + 1) * states.size);
  switch (pooling) {
    case 'cls':
      return at(Math.min(first, states.length - 1));
    case 'lasttoken':
      return at(states.length - 1);
    case 'max':
      return maxOver(states, first);
    case 'mean':
      return meanOver(states, first, () => 1);
    case 'mean_sqrt_len_tokens':
      return meanOver(states, first, () => 1, Math.sqrt);
    case 'weightedmean':
      return meanOver(states, first, (t) => t + 1);
  }
}

/** Σ w(t)·x(t) / divisor(Σ w(t)). */
function meanOver(
  { values, length, size }: HiddenStates,
  first: number,
  weight: (t: number) => number,
  divisor: (sum: number) => number = (sum) => sum,
): Float32Array {
  const sums = new Float64Array(size);
  let weights = 0;
  for (let t = first; t < length; t++) {
    weights += weight(t);
    for (let h = 0; h < size; h++) sums[h]! += weight(t) * values[t * size + h]!;
  }
  return Float32Array.from(sums, (sum) => sum / Math.max(divisor(weights), 1e-9));
}

function maxOver({ values, length, size }: HiddenStates, first: number): Float32Array {
  const best = new Float32Array(size).fill(-1e9);
  for (let t = first; t < length; t++)
    for (let h = 0; h < size; h++) best[h] = Math.max(best[h]!, values[t * size + h]!);
  return best;
}
