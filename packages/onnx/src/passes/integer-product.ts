import { DataType } from '../data-type.ts';
import type { Emitter, Value } from '../emitter.ts';
import { operatorName } from '../node.ts';
import { floatTensor, makeTensor } from '../tensor.ts';
import type { IntegerWeights } from './integer-weights.ts';

/**
 * How the activations x of a product are rounded to eight bits:
 * - `tensor`: one scale for all of x, as onnxruntime's own quantiser does; a text's answer then depends on
 *   the texts it shares a batch with;
 * - `rows`: each row is divided by its largest magnitude first, rounded in constant steps, and the product
 *   multiplied by it afterwards, so that one token with massive activations coarsens nobody's steps but its
 *   own, and no text's answer depends on another text;
 * - `remainder`: as `rows`, and what rounding lost is rounded as well and multiplied with the same weights,
 *   x̂·W + r̂·W.
 */
export type Rounding = 'tensor' | 'rows' | 'remainder';

/** Roundings made so far, so that queries, keys and values (or gates) share theirs. */
export type Rounded = Map<string, readonly Value[]>;

/** Rows of zeros are divided by this instead. */
const tiny = 1e-12;

/** Steps of eight bits: value ≈ scale · (integer − zero). */
interface Steps {
  readonly scale: number;
  readonly zero: number;
}

/** Over [−1.004, 0.996]: the ends are half a step off, as everything between may be. */
const signed: Steps = { scale: 2 / 255, zero: 128 };
/** Over [−0.198, 1.002]: what Relu and Gelu give, divided by at least {@link leastPositive}. */
const oneSided: Steps = { scale: 1.2 / 255, zero: 42 };
const leastPositive = 0.87;

/**
 * Writes x·W ≈ Σ scale·(integers − zero)·W with integer products; onnxruntime runs product and scaling as one
 * kernel.
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
  if (rounding === 'tensor')
    return dynamicProduct(
      g,
      once('tensor', () => g.ops('DynamicQuantizeLinear', [x], {}, 3)),
      weights,
    );
  const producer = g.graph.producer(x);
  const isPositive = producer !== undefined && positive.has(operatorName(producer));
  const steps = isPositive ? oneSided : signed;
  const [size = ''] = once('size', () => [rowSize(g, x, isPositive)]);
  const [unit = ''] = once('unit', () => [g.mul(x, g.reciprocal(size))]);
  const integers = once('rows', () => round(g, unit, steps));
  const product = steppedProduct(g, integers, weights);
  if (rounding === 'rows') return g.mul(product, size);
  // What was lost is at most half a step.
  const finer: Steps = { scale: steps.scale / 255, zero: 128 };
  const rest = once('remainder', () => round(g, g.sub(unit, g.op('DequantizeLinear', integers)), finer));
  return g.mul(g.add(product, steppedProduct(g, rest, weights)), size);
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
function rowSize(g: Emitter, x: Value, isPositive: boolean): Value {
  const largest = g.reduceMax(x, [-1]);
  return isPositive
    ? g.op('Max', [largest, g.scalar(leastPositive, x)])
    : g.op('Max', [largest, g.neg(g.reduceMin(x, [-1])), g.scalar(tiny, x)]);
}

/** Integers, scale and zero of x in constant steps. */
function round(g: Emitter, x: Value, steps: Steps): readonly Value[] {
  const [scale, zero] = constants(g, steps);
  return [g.op('QuantizeLinear', [x, scale, zero]), scale, zero];
}

function constants(g: Emitter, { scale, zero }: Steps): readonly [Value, Value] {
  const names = [`int8/scale:${scale}`, `int8/zero:${zero}`] as const;
  if (!g.graph.initializers.has(names[0])) g.graph.addInitializer(floatTensor(names[0], [], [scale]));
  if (!g.graph.initializers.has(names[1]))
    g.graph.addInitializer(makeTensor(names[1], DataType.UINT8, [], Uint8Array.of(zero)));
  return names;
}

/** Product and scaling as one kernel, which onnxruntime would not make itself where the scale is constant. */
function steppedProduct(
  g: Emitter,
  [integers = '', scale = '', zero = '']: readonly Value[],
  weights: IntegerWeights,
): Value {
  return g.contrib('MatMulIntegerToFloat', [integers, weights.values, scale, weights.scales, zero]);
}

function dynamicProduct(
  g: Emitter,
  [integers = '', scale = '', zero = '']: readonly Value[],
  weights: IntegerWeights,
): Value {
  const product = g.op('MatMulInteger', [integers, weights.values, zero]);
  return g.mul(g.op('Cast', [product], { to: DataType.FLOAT }), g.mul(scale, weights.scales));
}
