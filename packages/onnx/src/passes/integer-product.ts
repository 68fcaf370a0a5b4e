import { DataType } from '../data-type.ts';
import type { Emitter, Value } from '../emitter.ts';
import { operatorName } from '../node.ts';
import type { IntegerWeights } from './integer-weights.ts';

/**
 * How the activations x of a product are rounded to eight bits:
 * - `tensor`: one scale for all of x, as onnxruntime's own quantiser does;
 * - `rows`: x is divided by the largest magnitude of each row first, and the product multiplied by it
 *   afterwards, so that one token with massive activations does not coarsen the steps of all others;
 * - `remainder`: what rounding lost is rounded as well and multiplied with the same weights, x̂·W + r̂·W.
 */
export type Rounding = 'tensor' | 'rows' | 'remainder';

/** Roundings made so far, so that queries, keys and values (or gates) share theirs. */
export type Rounded = Map<string, readonly Value[]>;

/** Rows of zeros are divided by this instead. */
const tiny = 1e-12;

/**
 * Writes x·W ≈ scale·(integers − zero)·W with MatMulInteger; onnxruntime fuses rounding, product and scaling
 * to one kernel.
 *
 * @param x float32 [..., rows]
 * @returns float32 [..., columns]
 */
export function integerProduct(
  g: Emitter,
  x: Value,
  weights: IntegerWeights,
  rounding: Rounding,
  done: Rounded,
): Value {
  const once = (what: string, make: () => readonly Value[]): readonly Value[] => {
    const made = done.get(`${what} of ${x}`) ?? make();
    done.set(`${what} of ${x}`, made);
    return made;
  };
  const round = (value: Value) => g.ops('DynamicQuantizeLinear', [value], {}, 3);
  if (rounding === 'rows') {
    const [size = ''] = once('size', () => [rowSize(g, x)]);
    const integers = once('rows', () => round(g.mul(x, g.reciprocal(size))));
    return g.mul(scaledProduct(g, integers, weights), size);
  }
  const integers = once('tensor', () => round(x));
  const product = scaledProduct(g, integers, weights);
  if (rounding === 'tensor') return product;
  const rest = once('remainder', () => round(g.sub(x, g.op('DequantizeLinear', integers))));
  return g.add(product, scaledProduct(g, rest, weights));
}

/** Operators whose results are never below −0.17. */
const positive: ReadonlySet<string> = new Set([
  'Relu',
  'Gelu',
  'com.microsoft.Gelu',
  'com.microsoft.FastGelu',
]);

/**
 * The largest magnitude in each row, [..., 1]; where x is (nearly) positive, its largest value, which is one
 * pass less.
 */
function rowSize(g: Emitter, x: Value): Value {
  const largest = g.reduceMax(x, [-1]);
  const producer = g.graph.producer(x);
  return producer && positive.has(operatorName(producer))
    ? g.op('Max', [largest, g.scalar(0.2, x)])
    : g.op('Max', [largest, g.neg(g.reduceMin(x, [-1])), g.scalar(tiny, x)]);
}

function scaledProduct(
  g: Emitter,
  [integers = '', scale = '', zero = '']: readonly Value[],
  weights: IntegerWeights,
): Value {
  const product = g.op('MatMulInteger', [integers, weights.values, zero]);
  return g.mul(g.op('Cast', [product], { to: DataType.FLOAT }), g.mul(scale, weights.scales));
}
