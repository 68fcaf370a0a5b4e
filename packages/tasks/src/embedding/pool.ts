import type { EmbeddingMode } from '@tessera/contracts';

/** Hidden states of one text, [T, H] row-major, of which the first `length` positions are tokens and the rest padding. */
export interface HiddenStates {
  readonly values: Float32Array;
  readonly length: number;
  readonly size: number;
}

/** Poolings that read hidden states alone: [T, H] to [H]. */
export type Pooling = Extract<EmbeddingMode, 'mean' | 'max' | 'cls'> | 'mean-sqrt-len' | 'last-token';

/** One vector [H] of a text's hidden states. Padding never counts; special tokens do (contract-square §3.4). */
export function pool(states: HiddenStates, pooling: Pooling): Float32Array {
  switch (pooling) {
    case 'cls':
      return states.values.slice(0, states.size);
    case 'last-token':
      return states.values.slice((states.length - 1) * states.size, states.length * states.size);
    case 'max':
      return maxOver(states);
    case 'mean':
      return sumOver(states, states.length);
    case 'mean-sqrt-len':
      return sumOver(states, Math.sqrt(states.length));
  }
}

function sumOver({ values, length, size }: HiddenStates, divisor: number): Float32Array {
  const sums = new Float64Array(size);
  for (let t = 0; t < length; t++) for (let h = 0; h < size; h++) sums[h]! += values[t * size + h]!;
  return Float32Array.from(sums, (sum) => sum / Math.max(divisor, 1e-9));
}

function maxOver({ values, length, size }: HiddenStates): Float32Array {
  const best = new Float32Array(size).fill(-1e9);
  for (let t = 0; t < length; t++)
    for (let h = 0; h < size; h++) best[h] = Math.max(best[h]!, values[t * size + h]!);
  return best;
}
