/** Σ_h a_th · b_th, or the norm of the products, per token. Both [T, H] row-major; result [T]. */
export function reduceProducts(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { tokens, reduction }: { tokens: number; reduction: 'sum' | 'l2' },
): Float64Array {
  const width = a.length / tokens;
  return Float64Array.from({ length: tokens }, (_, t) => {
    let sum = 0;
    for (let h = t * width; h < (t + 1) * width; h += 1) {
      const product = a[h]! * b[h]!;
      sum += reduction === 'sum' ? product : product * product;
    }
    return reduction === 'sum' ? sum : Math.sqrt(sum);
  });
}

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i += 1) total += values[i]!;
  return total;
}

/** a − b, element by element. */
export function difference(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value - b[i]!);
}
