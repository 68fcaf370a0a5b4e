import { AppError } from '@tessera/base';
import {
  DataType,
  emptyModel,
  encodeModel,
  floatTensor,
  Graph,
  int64Tensor,
  type Model,
  makeNode,
  makeValueInfo,
  type NodeFields,
} from '@tessera/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { gradient } from './gradient.ts';
import { support } from './support.ts';

/** A small network on x [batch, 3]: y = tanh(x·w + b) ⊙ x, where x fans out and b is broadcast. */
function network(extra: readonly NodeFields[] = [], output = 'y'): Model {
  const graph = new Graph(emptyModel(17));
  graph.inputs = [makeValueInfo('x', DataType.FLOAT, ['batch', 3])];
  graph.outputs = [makeValueInfo(output)];
  graph.addInitializer(floatTensor('w', [3, 3], [0.5, -1, 0.25, 1, 0.75, -0.5, -0.25, 0.1, 0.9]));
  graph.addInitializer(floatTensor('b', [3], [0.1, -0.2, 0.3]));
  graph.addInitializer(int64Tensor('one', [], [1]));
  graph.nodes = [
    { op: 'MatMul', inputs: ['x', 'w'], outputs: ['product'] },
    { op: 'Add', inputs: ['product', 'b'], outputs: ['sum'] },
    { op: 'Tanh', inputs: ['sum'], outputs: ['bent'] },
    { op: 'Mul', inputs: ['bent', 'x'], outputs: ['y'] },
    ...extra,
  ].map(makeNode);
  graph.touch();
  return graph.toModel();
}

async function run(model: Model, feeds: Record<string, Tensor>) {
  const session = await InferenceSession.create(encodeModel(model), {
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const results = await session.run(feeds);
  await session.release();
  return results;
}

const matrix = (values: readonly number[]) =>
  new Tensor('float32', Float32Array.from(values), [values.length / 3, 3]);
const x = matrix([0.2, -0.4, 0.6, 1, 0.5, -0.3]);
const seed = matrix([1, 0, 0, 0, 1, 0]);

function firstOf(tensor: Tensor | undefined): number {
  if (!tensor) throw new Error('the run gave no such tensor');
  return (tensor.data as Float32Array)[0] as number;
}

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const thrown = await promise.catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(AppError);
  return thrown as AppError;
}

describe('gradient', () => {
  it('keeps inputs and outputs and adds seeds and gradients under their names', async () => {
    const made = await gradient(network(), { of: ['y'], wrt: ['x', 'sum'] });
    expect(made.model.proto.graph?.input.map((input) => input.name)).toEqual(['x', 'grad_seed/y']);
    expect(made.model.proto.graph?.output.map((output) => output.name)).toEqual(['y', 'grad/x', 'grad/sum']);
    expect(made.seeds).toEqual({ y: 'grad_seed/y' });
    expect(made.gradients).toEqual({ x: 'grad/x', sum: 'grad/sum' });
  });

  it('does not change the model it is given', async () => {
    const model = network();
    const before = encodeModel(model);
    await gradient(model, { of: ['y'], wrt: ['x'] });
    expect(encodeModel(model)).toEqual(before);
  });

  it('writes operators of ONNX alone', async () => {
    const { model } = await gradient(network(), { of: ['y'], wrt: ['x'] });
    expect([...new Set(model.proto.graph?.node.map((node) => node.domain))]).toEqual(['']);
  });

  it('differentiates with respect to weights too, summed over the batch', async () => {
    const made = await gradient(network(), { of: ['y'], wrt: ['b'] });
    const results = await run(made.model, { x, 'grad_seed/y': seed });
    const h = 1e-3;
    const moved = async (by: number) => {
      const model = network();
      const graph = new Graph(model);
      graph.addInitializer(floatTensor('b', [3], [0.1 + by, -0.2, 0.3]));
      return (await run(graph.toModel(), { x })).y?.data as Float32Array;
    };
    const [up, down] = [await moved(h), await moved(-h)];
    const numeric = ((up[0] as number) - (down[0] as number)) / (2 * h);
    expect(firstOf(results['grad/b'])).toBeCloseTo(numeric, 3);
    expect(results['grad/b']?.dims).toEqual([3]);
  });

  it('an affine lift is neutral at 1 and 0, and moves the point at which the gradient is taken', async () => {
    const made = await gradient(network(), { of: ['y'], wrt: ['x'], lift: { sum: 'affine' } });
    const lifted = made.lifted.sum;
    if (lifted?.form !== 'affine') throw new Error('sum was not lifted');
    const plain = await run((await gradient(network(), { of: ['y'], wrt: ['x'] })).model, {
      x,
      'grad_seed/y': seed,
    });
    const one = (value: number) => new Tensor('float32', Float32Array.of(value), [1, 1]);
    const at = (scale: number, delta: number) =>
      run(made.model, { x, 'grad_seed/y': seed, [lifted.scale]: one(scale), [lifted.delta]: one(delta) });
    expect((await at(1, 0))['grad/x']?.data).toEqual(plain['grad/x']?.data);
    const moved = await at(0, 0);
    expect(Array.from(moved.y?.data as Float32Array)).toEqual(
      Array.from(x.data as Float32Array, (value) => 0 * value),
    );
  });

  it('an input lift replaces the computed tensor', async () => {
    const made = await gradient(network(), { of: ['y'], wrt: ['sum'], lift: { sum: 'input' } });
    expect(made.lifted.sum).toEqual({ form: 'input', input: 'feed/sum' });
    const results = await run(made.model, { x, 'grad_seed/y': seed, 'feed/sum': matrix([0, 0, 0, 0, 0, 0]) });
    expect(firstOf(results['grad/sum'])).toBeCloseTo(0.2, 6);
  });
});

describe('what cannot be differentiated', () => {
  const odd: NodeFields[] = [
    { op: 'Det', name: 'determinant', inputs: ['outer'], outputs: ['volume'] },
    { op: 'Transpose', inputs: ['y'], outputs: ['turned'] },
    { op: 'MatMul', inputs: ['turned', 'y'], outputs: ['outer'] },
  ].toReversed();

  it('names every operator without a rule, with domain, opset and nodes, before any work', async () => {
    const twice = [
      ...odd,
      { op: 'Det', name: 'again', inputs: ['outer'], outputs: ['more'] },
      { op: 'Add', inputs: ['volume', 'more'], outputs: ['z'] },
    ];
    const model = network(
      [twice[1], twice[0], ...twice.slice(2)].filter((node) => node !== undefined),
      'z',
    );
    const error = await failure(gradient(model, { of: ['z'], wrt: ['x'] }));
    expect(error.code).toBe('GRADIENT_UNSUPPORTED');
    expect(error.message).toContain(
      'Det (ai.onnx, opset 17): there is no rule for it; nodes "determinant", "again"',
    );
  });

  it('support tells the same without throwing', async () => {
    const fine = await support(network(), { of: ['y'], wrt: ['x'] });
    expect(fine).toMatchObject({ supported: true, reachable: true, missing: [] });
    const rounded = await support(network([{ op: 'Round', inputs: ['y'], outputs: ['z'] }], 'z'), {
      of: ['z'],
      wrt: ['x'],
    });
    expect(rounded.supported).toBe(false);
    expect(rounded.stopped.map(({ node }) => node)).toEqual(['Round "z"']);
  });

  it('a target that nothing smooth leads to is an error, never a silent zero', async () => {
    const model = network([{ op: 'Round', inputs: ['y'], outputs: ['z'] }], 'z');
    expect((await failure(gradient(model, { of: ['z'], wrt: ['x'] }))).code).toBe('GRADIENT_UNREACHABLE');
    expect((await failure(gradient(network(), { of: ['product'], wrt: ['sum'] }))).code).toBe(
      'GRADIENT_UNREACHABLE',
    );
  });

  it('an unknown name is an error that lists the outputs', async () => {
    const error = await failure(gradient(network(), { of: ['logits'], wrt: ['x'] }));
    expect(error.message).toContain('no tensor called "logits"; its outputs are y');
  });

  it('embeddings without a lookup fed by input_ids is an error that lists the inputs', async () => {
    const error = await failure(gradient(network(), { of: ['y'], wrt: ['embeddings'] }));
    expect(error.code).toBe('OUTPUT_UNAVAILABLE');
    expect(error.message).toContain('Its inputs are x');
  });
});
