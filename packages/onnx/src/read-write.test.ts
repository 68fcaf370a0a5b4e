import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { AppError } from '@tessera/base';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataType } from './data-type.ts';
import { resolveTensor } from './external-data.ts';
import { Graph } from './graph.ts';
import { StringStringEntryProtoSchema } from './proto.ts';
import { loadModel } from './read.ts';
import { type Tensor as Constant, floatTensor, makeTensor, tensorFloats } from './tensor.ts';
import { smallModel } from './testing/small-model.ts';
import { encodeModel, saveModel } from './write.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-onnx-'));
});
afterAll(() => rm(folder, { recursive: true }));

const weights = [1, 2, 3, 4, 5, 6];

function productModel(constant: Constant) {
  return smallModel({
    inputs: { x: [DataType.FLOAT, [2, 2]] },
    constants: [constant],
    nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    outputs: ['y'],
  });
}

/** w [2, 3] at byte 8 of weights.bin. */
function externalWeights(location = 'weights.bin'): Constant {
  const tensor = makeTensor('w', DataType.FLOAT, [2, 3], new Float32Array(0));
  const entry = (key: string, value: string) => create(StringStringEntryProtoSchema, { key, value });
  tensor.dataLocation = 1;
  tensor.externalData = [entry('location', location), entry('offset', '8'), entry('length', '24')];
  return tensor;
}

async function product(source: string | Uint8Array) {
  const session = await InferenceSession.create(source as string, { intraOpNumThreads: 1 });
  const results = await session.run({ x: new Tensor('float32', Float32Array.of(1, 0, 0, 1), [2, 2]) });
  await session.release();
  return Array.from(results.y?.data as Float32Array);
}

describe('reading and writing', () => {
  it('a model read and written again is the same bytes', () => {
    const bytes = encodeModel(productModel(floatTensor('w', [2, 3], weights)));
    expect(encodeModel(loadModel(bytes))).toEqual(bytes);
  });

  it('fields that this schema does not know are kept', () => {
    const bytes = encodeModel(productModel(floatTensor('w', [2, 3], weights)));
    const unknown = [0xca, 0x3e, 3, 1, 2, 3]; // field 1001, three bytes
    const extended = Uint8Array.from([...bytes, ...unknown]);
    const again = encodeModel(new Graph(loadModel(extended)).toModel());
    expect(Buffer.from(again).includes(Buffer.from(unknown))).toBe(true);
  });

  it('weights are views of the bytes read', () => {
    const bytes = encodeModel(productModel(floatTensor('w', [2, 3], weights)));
    const tensor = new Graph(loadModel(bytes)).initializers.get('w') as Constant;
    expect(tensor.rawData.buffer).toBe(bytes.buffer);
    expect(Array.from(tensorFloats(tensor))).toEqual(weights);
  });

  it('external data stay in their file, and follow a model to another folder', async () => {
    await writeFile(
      join(folder, 'weights.bin'),
      Buffer.concat([Buffer.alloc(8), Buffer.from(Float32Array.from(weights).buffer)]),
    );
    await writeFile(join(folder, 'model.onnx'), encodeModel(productModel(externalWeights())));
    const model = loadModel(join(folder, 'model.onnx'));
    const tensor = new Graph(model).initializers.get('w') as Constant;
    expect(tensor.rawData.byteLength).toBe(0);
    expect(Array.from(tensorFloats(resolveTensor(model.external, tensor)))).toEqual(weights);
    const other = await mkdtemp(join(folder, 'other-'));
    saveModel(model, join(other, 'copy.onnx'));
    expect(await readFile(join(other, 'weights.bin'))).toEqual(await readFile(join(folder, 'weights.bin')));
    expect(await product(join(other, 'copy.onnx'))).toEqual(weights);
  });

  it('external data outside the folder, or missing, are refused', () => {
    const outside = loadModel(encodeModel(productModel(externalWeights('../secret.bin'))));
    expect(() => new Graph(outside).constant('w')).toThrow(/outside the model's folder/);
    const missing = loadModel(encodeModel(productModel(externalWeights('gone.bin'))));
    expect(() => new Graph(missing).constant('w')).toThrow(/Put it next to the model/);
  });

  it('external data given as bytes are used', () => {
    const bytes = new Uint8Array(
      Buffer.concat([Buffer.alloc(8), Buffer.from(Float32Array.from(weights).buffer)]),
    );
    const model = loadModel(encodeModel(productModel(externalWeights())), {
      externalData: { 'weights.bin': bytes },
    });
    expect(new Graph(model).constantNumbers('w')).toEqual(weights);
  });

  it('a file that is no model is refused', () => {
    expect(() => loadModel(new TextEncoder().encode('no model at all'))).toThrow(AppError);
    expect(() => loadModel(join(folder, 'absent.onnx'))).toThrow(/cannot be read/);
  });
});
