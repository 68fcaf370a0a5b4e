import type { Activation } from '@tessera/serving';

/**
 * The activations of a Dense module; formulas and constants are those of PyTorch's documentation of torch.nn.
 */
export const activations: Readonly<Record<Activation, (x: number) => number>> = {
  identity: (x: number) => x,
  tanh: Math.tanh,
  relu: (x: number) => Math.max(0, x),
  relu6: (x: number) => Math.min(6, Math.max(0, x)),
  gelu: (x: number) => (x / 2) * (1 + erf(x / Math.SQRT2)),
  sigmoid,
  silu: (x: number) => x * sigmoid(x),
  elu: (x: number) => (x > 0 ? x : Math.expm1(x)),
  celu: (x: number) => (x > 0 ? x : Math.expm1(x)),
  selu: (x: number) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
  leakyrelu: (x: number) => (x > 0 ? x : 0.01 * x),
  softplus,
  mish: (x: number) => x * Math.tanh(softplus(x)),
  softsign: (x: number) => x / (1 + Math.abs(x)),
  logsigmoid: (x: number) => -softplus(-x),
  tanhshrink: (x: number) => x - Math.tanh(x),
  hardtanh: (x: number) => Math.min(1, Math.max(-1, x)),
  hardsigmoid: (x: number) => Math.min(1, Math.max(0, x / 6 + 0.5)),
  hardswish: (x: number) => x * Math.min(1, Math.max(0, x / 6 + 0.5)),
};

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** log(1 + eˣ), written so that it loses no small values; torch takes x itself above 20. */
function softplus(x: number): number {
  return x > 20 ? x : Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/**
 * 2/√π·e^(-x²)·Σ 2ⁿx^(2n+1)/(2n+1)!! (Abramowitz and Stegun 7.1.6); all terms have one sign, so nothing
 * cancels.
 */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
