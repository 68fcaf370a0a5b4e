import {
  DataType,
  emptyModel,
  encodeModel,
  Graph,
  type Model,
  makeNode,
  makeTensor,
  makeValueInfo,
} from '@tessera/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { gradient } from './gradient.ts';

/** y = tanh(round(x/scale)·scale)·w, the rounding written as a quantised pair. */
function quantisedModel(): Model {
  const graph = new Graph(emptyModel(17));
  graph.inputs = [makeValueInfo('x', DataType.FLOAT, ['batch', 4])];
  graph.outputs = [makeValueInfo('y')];
  graph.addInitializer(makeTensor('scale', DataType.FLOAT, [], Float32Array.of(0.25)));
  graph.addInitializer(makeTensor('zero', DataType.INT8, [], Int8Array.of(0)));
  graph.nodes = [
    makeNode({ op: 'QuantizeLinear', inputs: ['x', 'scale', 'zero'], outputs: ['q'] }),
    makeNode({ op: 'DequantizeLinear', inputs: ['q', 'scale', 'zero'], outputs: ['rounded'] }),
    makeNode({ op: 'Tanh', inputs: ['rounded'], outputs: ['y'] }),
  ];
  graph.touch();
  return graph.toModel();
}

it('a quantised pair passes the gradient straight through, at the rounded point', async () => {
  const made = await gradient(quantisedModel(), { of: ['y'], wrt: ['x'] });
  const session = await InferenceSession.create(encodeModel(made.model), { intraOpNumThreads: 1 });
  const x = [0.3, -0.62, 1.1, 0.05];
  const results = await session.run({
    x: new Tensor('float32', Float32Array.from(x), [1, 4]),
    'grad_seed/y': new Tensor('float32', new Float32Array(4).fill(1), [1, 4]),
  });
  const expected = x.map((value) => 1 - Math.tanh(Math.round(value / 0.25) * 0.25) ** 2);
  Array.from(results['grad/x']?.data as Float32Array).forEach((value, index) => {
    expect(value).toBeCloseTo(expected[index] as number, 5);
  });
  await session.release();
});
