import type { Attributes } from '@tessera/onnx';

/** An input of an operator under test. Variables are perturbed; constants are not. */
export type CaseInput =
  | { readonly kind: 'variable'; readonly dims: readonly number[]; readonly values: readonly number[] }
  | { readonly kind: 'floats'; readonly dims: readonly number[]; readonly values: readonly number[] }
  | {
      readonly kind: 'float32s' | 'ints' | 'int32s' | 'bools';
      readonly dims: readonly number[];
      readonly values: readonly number[];
    }
  | { readonly kind: 'omitted' };

/** One form of an operator, on which its rule is compared with central differences. */
export interface OperatorCase {
  readonly name: string;
  readonly inputs: readonly CaseInput[];
  readonly attributes?: Attributes;
  /** Number of outputs; 1 when left out. */
  readonly outputs?: number;
  /** Which outputs are differentiated; the first when left out. */
  readonly of?: readonly number[];
  /** 17 when left out. */
  readonly opset?: number;
  /** Declares the first axes of all variables as varying: lengths are then read at run time. */
  readonly varyingAxes?: number;
}

/** All cases of one operator. */
export interface OperatorCases {
  readonly op: string;
  readonly domain: string;
  readonly cases: readonly OperatorCase[];
}

export function casesOf(op: string, cases: readonly OperatorCase[], domain = ''): OperatorCases {
  return { op, domain, cases };
}

/** Normally distributed variable, the same in every run. */
export function normal(dims: readonly number[], shift = 0): CaseInput {
  const next = numbers(sizeOf(dims) + 7 * dims.length + shift);
  const gauss = () => Math.sqrt(-2 * Math.log(next() || 0.5)) * Math.cos(2 * Math.PI * next());
  return { kind: 'variable', dims, values: Array.from({ length: sizeOf(dims) }, gauss) };
}

/** Variable spread evenly between two bounds. */
export function between(low: number, high: number, dims: readonly number[], shift = 0): CaseInput {
  const next = numbers(sizeOf(dims) + shift);
  return {
    kind: 'variable',
    dims,
    values: Array.from({ length: sizeOf(dims) }, () => low + (high - low) * next()),
  };
}

/** Variable whose elements all lie at least 0.3 from each other and from 0, for operators that compare. */
export function apart(dims: readonly number[], shift = 0): CaseInput {
  const count = sizeOf(dims);
  const next = numbers(count + shift);
  const places = Array.from({ length: count }, (_, index) => ({
    order: next(),
    value: (index - count / 2 + 0.5) * 0.6 + 0.011 * shift,
  }));
  return {
    kind: 'variable',
    dims,
    values: places.sort((a, b) => a.order - b.order).map(({ value }) => value),
  };
}

/** Constant of the float type under test. */
export function floats(dims: readonly number[], values: readonly number[]): CaseInput {
  return { kind: 'floats', dims, values };
}

/** Constant that is float32 whatever is tested. */
export function float32s(dims: readonly number[], values: readonly number[]): CaseInput {
  return { kind: 'float32s', dims, values };
}

export function ints(dims: readonly number[], values: readonly number[]): CaseInput {
  return { kind: 'ints', dims, values };
}

export function int32s(dims: readonly number[], values: readonly number[]): CaseInput {
  return { kind: 'int32s', dims, values };
}

export function bools(dims: readonly number[], values: readonly number[]): CaseInput {
  return { kind: 'bools', dims, values };
}

export const omitted: CaseInput = { kind: 'omitted' };

export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** Mulberry32: the same uniform numbers for the same seed. */
export function numbers(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
