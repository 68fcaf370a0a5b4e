import { DataType, encodeModel } from '@tessera/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type Gradient, gradient } from '../gradient.ts';
import { type CaseInput, numbers, type OperatorCase, type OperatorCases, sizeOf } from './operator-case.ts';
import { operatorModel } from './operator-model.ts';

/** The slope along a random direction, from the rule and from a central difference. */
export interface Comparison {
  readonly input: number;
  readonly analytic: number;
  readonly numeric: number;
  readonly tolerance: number;
}

type Variable = Extract<CaseInput, { kind: 'variable' }>;

interface Precision {
  readonly type: DataType;
  /** Half the width of the difference quotient: near the cube root of the type's rounding error. */
  readonly step: number;
  readonly tolerance: number;
}

const float64: Precision = { type: DataType.DOUBLE, step: 1e-5, tolerance: 1e-7 };
const float32: Precision = { type: DataType.FLOAT, step: 1e-2, tolerance: 5e-3 };

/**
 * Compares the rule of an operator with central differences, one variable input at a time: for a random
 * cotangent s and a random direction v, ⟨∂⟨s, y⟩/∂x, v⟩ against (⟨s, y(x + hv)⟩ − ⟨s, y(x − hv)⟩)/2h (HIPS
 * autograd's test). In float64 where onnxruntime has kernels for it, else in float32.
 */
export async function checkGradient(
  operator: OperatorCases,
  given: OperatorCase,
): Promise<readonly Comparison[]> {
  try {
    return await compare(operator, given, float64);
  } catch (thrown) {
    if (!lacksKernel(thrown)) throw thrown;
    return await compare(operator, given, float32);
  }
}

function lacksKernel(thrown: unknown): boolean {
  const text = `${thrown instanceof Error ? `${thrown.message} ${(thrown.cause as Error | undefined)?.message}` : thrown}`;
  return /NOT_IMPLEMENTED|Could not find an implementation|Type Error|is invalid|tensor\(double\)/.test(text);
}

async function compare(
  operator: OperatorCases,
  given: OperatorCase,
  precision: Precision,
): Promise<Comparison[]> {
  const model = operatorModel(operator, given, precision.type);
  const variables = given.inputs.flatMap((input, index) =>
    input.kind === 'variable' ? [{ index, input }] : [],
  );
  const wanted = given.of ?? [0];
  const made = await gradient(model, {
    of: wanted.map((index) => `y${index}`),
    wrt: variables.map(({ index }) => `x${index}`),
  });
  const [forward, backward] = [await open(encodeModel(model)), await open(encodeModel(made.model))];
  const point = Object.fromEntries(variables.map(({ index, input }) => [`x${index}`, input.values]));
  const run = (values: Record<string, readonly number[]>) => forward.run(feeds(values, given, precision));
  const seeds = await randomSeeds(await run(point), made, precision);
  const gradients = await backward.run({ ...feeds(point, given, precision), ...seeds });

  const comparisons: Comparison[] = [];
  for (const { index, input } of variables) {
    const direction = randomDirection(input, index);
    const along = async (step: number) => {
      const moved = input.values.map((value, place) => value + step * (direction[place] as number));
      return loss(await run({ ...point, [`x${index}`]: moved }), made, seeds);
    };
    const numeric = ((await along(precision.step)) - (await along(-precision.step))) / (2 * precision.step);
    const analytic = dot(gradients[`grad/x${index}`]?.data, direction);
    comparisons.push({
      input: index,
      analytic,
      numeric,
      tolerance: precision.tolerance * (1 + Math.abs(numeric)),
    });
  }
  await forward.release();
  await backward.release();
  return comparisons;
}

function open(bytes: Uint8Array): Promise<InferenceSession> {
  return InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 4 });
}

function feeds(
  values: Record<string, readonly number[]>,
  given: OperatorCase,
  { type }: Precision,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(values).map(([name, numbers]) => {
      const { dims } = given.inputs[Number(name.slice(1))] as Variable;
      return [name, floatTensor(numbers, dims, type)];
    }),
  );
}

function floatTensor(values: ArrayLike<number>, dims: readonly number[], type: DataType): Tensor {
  return type === DataType.DOUBLE
    ? new Tensor('float64', Float64Array.from(values), dims)
    : new Tensor('float32', Float32Array.from(values), dims);
}

async function randomSeeds(outputs: Record<string, Tensor>, { seeds }: Gradient, { type }: Precision) {
  const next = numbers(97);
  return Object.fromEntries(
    Object.entries(seeds).map(([output, input]) => {
      const { dims } = outputs[output] as Tensor;
      const values = Array.from({ length: sizeOf(dims) }, () => next() - 0.3);
      return [input, floatTensor(values, dims, type)];
    }),
  );
}

function loss(outputs: Record<string, Tensor>, { seeds }: Gradient, given: Record<string, Tensor>): number {
  return Object.entries(seeds).reduce(
    (sum, [output, input]) => sum + dot(outputs[output]?.data, given[input]?.data as Float32Array),
    0,
  );
}

function randomDirection({ values }: Variable, seed: number): number[] {
  const next = numbers(31 + seed);
  return values.map(() => next() - 0.5);
}

function dot(a: unknown, b: ArrayLike<number>): number {
  const left = a as ArrayLike<number>;
  let sum = 0;
  for (let index = 0; index < b.length; index++) sum += (left[index] as number) * (b[index] as number);
  return sum;
}
