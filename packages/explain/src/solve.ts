/** Rows of a weighted least-squares problem: Σ_k w_k (y_k − z_k · b)². */
export interface Equations {
  /** [k][j] */
  readonly z: readonly ArrayLike<number>[];
  readonly y: ArrayLike<number>;
  readonly w: ArrayLike<number>;
}

/** The b that minimises Σ_k w_k (y_k − z_k · b)² + ridge · |b|², from the normal equations. */
export function leastSquares({ z, y, w }: Equations, ridge = 0): Float64Array {
  const size = z[0]?.length ?? 0;
  const a = Array.from({ length: size }, () => new Float64Array(size));
  const b = new Float64Array(size);
  z.forEach((row, k) => {
    for (let i = 0; i < size; i += 1) {
      const weighted = w[k]! * row[i]!;
      if (weighted === 0) continue;
      b[i]! += weighted * y[k]!;
      for (let j = 0; j <= i; j += 1) a[i]![j]! += weighted * row[j]!;
    }
  });
  for (let i = 0; i < size; i += 1) {
    a[i]![i]! += ridge;
    for (let j = 0; j < i; j += 1) a[j]![i] = a[i]![j]!;
  }
  return solveSymmetric(a, b);
}

/**
 * Solves A·x = b for a symmetric positive semi-definite A by Cholesky (A = L·Lᵀ). Pivots that vanish are
 * lifted to a tiny share of the largest, so that directions the data say nothing about come out near zero.
 */
function solveSymmetric(a: readonly Float64Array[], b: Float64Array): Float64Array {
  const size = b.length;
  const floor = 1e-12 * Math.max(1e-300, ...a.map((row, i) => row[i]!));
  const l = Array.from({ length: size }, () => new Float64Array(size));
  for (let i = 0; i < size; i += 1)
    for (let j = 0; j <= i; j += 1) {
      let rest = a[i]![j]!;
      for (let k = 0; k < j; k += 1) rest -= l[i]![k]! * l[j]![k]!;
      l[i]![j] = i === j ? Math.sqrt(Math.max(rest, floor)) : rest / l[j]![j]!;
    }
  const x = new Float64Array(size);
  for (let i = 0; i < size; i += 1) {
    let rest = b[i]!;
    for (let k = 0; k < i; k += 1) rest -= l[i]![k]! * x[k]!;
    x[i] = rest / l[i]![i]!;
  }
  for (let i = size - 1; i >= 0; i -= 1) {
    let rest = x[i]!;
    for (let k = i + 1; k < size; k += 1) rest -= l[k]![i]! * x[k]!;
    x[i] = rest / l[i]![i]!;
  }
  return x;
}
