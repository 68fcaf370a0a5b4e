import type { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { DataType } from '../data-type.ts';
import { Graph } from '../graph.ts';
import type { Model } from '../model.ts';
import { operatorName } from '../node.ts';
import { floatTensor, tensorDims } from '../tensor.ts';
import { distance, runOnWaves, type SmallModel, smallModel, waves } from '../testing/small-model.ts';
import { encodeModel } from '../write.ts';
import { dequantise } from './dequantise.ts';
import { type QuantiseOptions, quantise } from './quantise.ts';

const F = DataType.FLOAT;

/**
 * The float model of the weights that `quantise` rounds to, so that only the rounding of activations differs.
 */
function dequantisedWeights(model: Model): Model {
  const graph = new Graph(quantise(model, { activations: 'per tensor' }));
  dequantise(graph);
  return graph.toModel();
}

describe('int8', () => {
  const linear: SmallModel = {
    inputs: { x: [F, [2, 3, 8]] },
    constants: [floatTensor('w', [8, 32], waves(256)), floatTensor('v', [8, 32], waves(256, 2))],
    nodes: [
      { op: 'MatMul', name: 'q', inputs: ['x', 'w'], outputs: ['y'] },
      { op: 'MatMul', name: 'k', inputs: ['x', 'v'], outputs: ['z'] },
    ],
    outputs: ['y', 'z'],
  };

  it('products share the quantised input, and stay near the float ones', async () => {
    const model = smallModel(linear);
    const quantised = quantise(model, { activations: 'per tensor' });
    const ops = new Graph(quantised).nodes.map(operatorName);
    expect(ops.filter((op) => op === 'DynamicQuantizeLinear')).toHaveLength(1);
    expect(ops.filter((op) => op === 'MatMulInteger')).toHaveLength(2);
    const [before, after] = [
      await runOnWaves(model, linear.inputs),
      await runOnWaves(quantised, linear.inputs),
    ];
    for (const output of linear.outputs) expect(distance(before[output], after[output])).toBeLessThan(0.05);
  });

  /** x with its first row a hundred times larger and its last row zero. */
  const uneven: SmallModel = {
    inputs: linear.inputs,
    constants: [...(linear.constants ?? []), floatTensor('factor', [2, 3, 1], [100, 1, 1, 1, 1, 0])],
    nodes: [
      { op: 'Mul', name: 'scale', inputs: ['x', 'factor'], outputs: ['u'] },
      { op: 'MatMul', name: 'wide', inputs: ['u', 'w'], outputs: ['y'] },
    ],
    outputs: ['y'],
  };

  it('feed-forward products round by rows: a large row does not coarsen the others, zeros stay zeros', async () => {
    const model = dequantisedWeights(smallModel(uneven));
    const exact = await runOnWaves(model, linear.inputs);
    const rows = async (activations: NonNullable<QuantiseOptions['activations']>) => {
      const { y } = await runOnWaves(quantise(model, { activations }), linear.inputs);
      return Array.from({ length: 6 }, (_, row) => {
        const part = (data: unknown) => (data as Float32Array).slice(row * 32, (row + 1) * 32);
        return distance(
          { ...y, data: part(y?.data) } as Tensor,
          { ...y, data: part(exact.y?.data) } as Tensor,
        );
      });
    };
    const [tensor, byRole] = [await rows('per tensor'), await rows('by role')];
    expect(Math.max(...byRole.slice(1))).toBeLessThan(Math.max(...tensor.slice(1)) / 20);
    expect(byRole[5]).toBe(0);
  });

  it('what a row gives does not depend on the rows beside it', async () => {
    const model = quantise(smallModel(linear));
    const together = await runOnWaves(model, linear.inputs);
    const half = quantise(smallModel({ ...linear, inputs: { x: [F, [1, 3, 8]] } }));
    const alone = await runOnWaves(half, { x: [F, [1, 3, 8]] });
    // The waves of both begin alike; only what follows differs.
    const rows = (tensor: Tensor | undefined) => Array.from(tensor?.data as Float32Array).slice(0, 3 * 32);
    for (const output of linear.outputs) expect(rows(alone[output])).toEqual(rows(together[output]));
  });

  it('a bias behind a product by rows is added apart, and the weights of the given model stay', async () => {
    const biased: SmallModel = {
      ...uneven,
      constants: [...(uneven.constants ?? []), floatTensor('bias', [32], waves(32, 3))],
      nodes: [...uneven.nodes, { op: 'Add', name: 'add', inputs: ['bias', 'y'], outputs: ['z'] }],
      outputs: ['z'],
    };
    const model = smallModel(biased);
    const bytes = encodeModel(model);
    const graph = new Graph(quantise(model));
    expect(tensorDims(graph.initializers.get('bias/apart')!)).toEqual([1, 32]);
    expect(graph.initializers.has('bias')).toBe(false);
    const [before, after] = [
      await runOnWaves(model, linear.inputs),
      await runOnWaves(graph.toModel(), linear.inputs),
    ];
    expect(distance(before.z, after.z)).toBeLessThan(1.5);
    expect(encodeModel(model)).toEqual(bytes);
  });

  it('dequantising gives float products of the rounded weights', async () => {
    const graph = new Graph(quantise(smallModel(linear), { activations: 'per tensor' }));
    expect(dequantise(graph)).toBe(2);
    expect(graph.nodes.map(operatorName).sort()).toEqual([
      'DequantizeLinear',
      'DequantizeLinear',
      'MatMul',
      'MatMul',
    ]);
    const [before, after] = [
      await runOnWaves(smallModel(linear), linear.inputs),
      await runOnWaves(graph.toModel(), linear.inputs),
    ];
    expect(distance(before.y, after.y)).toBeLessThan(0.03);
  });

  it('heads with few columns stay in float32', () => {
    const head: SmallModel = {
      ...linear,
      constants: [floatTensor('w', [8, 3], waves(24))],
      nodes: linear.nodes.slice(0, 1),
      outputs: ['y'],
    };
    expect(new Graph(quantise(smallModel(head))).nodes.map(operatorName)).toEqual(['MatMul']);
  });
});
