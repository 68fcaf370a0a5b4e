/** log Σ exp(x), summed in float64; -Infinity entries add nothing. */
export function logSumExp(values: Float32Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > max) max = value;
  if (max === Number.NEGATIVE_INFINITY) return max;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - max);
  return max + Math.log(sum);
}

/** x - log Σ exp(x), in place. */
export function logSoftmax(values: Float32Array): void {
  const normalizer = logSumExp(values);
  for (let i = 0; i < values.length; i++) values[i] = values[i]! - normalizer;
}
