import { AppError } from '@tessera/base';
import { describe, expect, it } from 'vitest';
import { float } from '../attribute.ts';
import { DataType } from '../data-type.ts';
import { Graph } from '../graph.ts';
import type { NodeFields } from '../node.ts';
import { distance, runOnWaves, type SmallModel, smallModel } from '../testing/small-model.ts';
import { minimalOpset, upgradeOpset } from './upgrade-opset.ts';

const inputs = { x: [DataType.FLOAT, [2, 3, 4]] } as const;
const node = (op: string, attributes: NodeFields['attributes'] = {}, outputs = ['y']): NodeFields => ({
  op,
  inputs: ['x'],
  outputs,
  attributes,
});

const cases: readonly (readonly [string, number, NodeFields])[] = [
  ['Softmax over all axes from 1 on', 11, node('Softmax', { axis: 1 })],
  ['Softmax over the last axis', 12, node('Softmax', { axis: -1 })],
  ['LogSoftmax over the last axis', 11, node('LogSoftmax', { axis: 2 })],
  ['ReduceSum', 11, node('ReduceSum', { axes: [1], keepdims: 0 })],
  ['Unsqueeze', 12, node('Unsqueeze', { axes: [0, 2] })],
  ['Split', 11, node('Split', { axis: 2, split: [1, 3] }, ['y', 'z'])],
  ['Clip with limits as attributes', 10, node('Clip', { min: float(-0.5), max: float(0.25) })],
  ['Pad with pads as an attribute', 10, node('Pad', { pads: [0, 1, 0, 0, 0, 2], value: float(3) })],
  ['Slice with bounds as attributes', 9, node('Slice', { starts: [1], ends: [3], axes: [1] })],
  ['Dropout', 11, node('Dropout', { ratio: float(0.3) })],
];

describe('a graph lifted to opset 17 computes the same', () => {
  it.each(cases)('%s (opset %i)', async (_, opset, given) => {
    const small: SmallModel = { opset, inputs, nodes: [given], outputs: [...given.outputs] };
    const model = smallModel(small);
    const graph = new Graph(model);
    upgradeOpset(graph);
    expect(graph.opset).toBe(minimalOpset);
    const [before, after] = [await runOnWaves(model, inputs), await runOnWaves(graph.toModel(), inputs)];
    for (const output of given.outputs) expect(distance(before[output], after[output])).toBeLessThan(1e-6);
  });
});

it('opsets below 9 are refused with what to do', () => {
  const graph = new Graph(smallModel({ opset: 8, inputs, nodes: [node('Relu')], outputs: ['y'] }));
  expect(() => upgradeOpset(graph)).toThrow(AppError);
  expect(() => upgradeOpset(graph)).toThrow(/Export it again/);
});
