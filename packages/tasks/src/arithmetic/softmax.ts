/** exp(x - max) / Σ exp(x - max) in float64; the stable form, since logits of ±100 occur. */
export function softmax(values: Float64Array): Float64Array {
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) max = Math.max(max, value);
  const powers = values.map((value) => Math.exp(value - max));
  let sum = 0;
  for (const power of powers) sum += power;
  return powers.map((power) => power / sum);
}

/** Softmax of each run of `size` values; computed in float64, the shape [..., size] is kept. */
export function softmaxRows(values: Float32Array, size: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < values.length; row += size)
    out.set(softmax(Float64Array.from(values.subarray(row, row + size))), row);
  return out;
}

/** Index of the largest of each run of `size` values; the first one on ties. */
export function argmaxRows(values: ArrayLike<number>, size: number): number[] {
  const out: number[] = [];
  for (let row = 0; row < values.length; row += size) {
    let best = 0;
    for (let i = 1; i < size; i++) if (values[row + i]! > values[row + best]!) best = i;
    out.push(best);
  }
  return out;
}
