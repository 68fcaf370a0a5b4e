/** Points in [0, 1] and weights that sum to 1, for ∫₀¹ f(α) dα ≈ Σ wₖ f(αₖ). */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

export type QuadratureName = 'midpoint' | 'gauss_legendre' | 'left';

/**
 * n-point rules: `left` has an error of order 1/n, `midpoint` 1/n², `gauss_legendre` is exact for degree 2n −
 * 1.
 */
export function quadrature(name: QuadratureName, n: number): Quadrature {
  if (name === 'gauss_legendre') return gaussLegendre(n);
  const shift = name === 'midpoint' ? 0.5 : 0;
  return {
    nodes: Float64Array.from({ length: n }, (_, k) => (k + shift) / n),
    weights: new Float64Array(n).fill(1 / n),
  };
}

/**
 * Roots of the Legendre polynomial by Newton's method from Tricomi's estimate, moved from [−1, 1] to [0, 1].
 */
function gaussLegendre(n: number): Quadrature {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let k = 0; k < Math.ceil(n / 2); k += 1) {
    let x = Math.cos((Math.PI * (k + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let iteration = 0; iteration < 100; iteration += 1) {
      const { value, derivative } = legendre(n, x);
      slope = derivative;
      const step = value / derivative;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    slope = legendre(n, x).derivative;
    const weight = 1 / ((1 - x * x) * slope * slope); // 2 / … on [−1, 1], halved on [0, 1]
    nodes[k] = (1 - x) / 2;
    nodes[n - 1 - k] = (1 + x) / 2;
    weights[k] = weight;
    weights[n - 1 - k] = weight;
  }
  return { nodes, weights };
}

/** Pₙ(x) and its derivative by the three-term recurrence. */
function legendre(n: number, x: number): { readonly value: number; readonly derivative: number } {
  let previous = 1;
  let value = x;
  for (let k = 2; k <= n; k += 1)
    [previous, value] = [value, ((2 * k - 1) * x * value - (k - 1) * previous) / k];
  return { value, derivative: (n * (x * value - previous)) / (x * x - 1) };
}

/**
 * 0 … n−1 so that every prefix is spread over the whole range (bit reversal): a sum that the budget cuts
 * short has still seen the whole path.
 */
export function spreadOrder(n: number): readonly number[] {
  const bits = Math.max(1, Math.ceil(Math.log2(n)));
  const order: number[] = [];
  for (let i = 0; i < 1 << bits; i += 1) {
    let reversed = 0;
    for (let b = 0; b < bits; b += 1) if (i & (1 << b)) reversed |= 1 << (bits - 1 - b);
    if (reversed < n) order.push(reversed);
  }
  return order;
}
