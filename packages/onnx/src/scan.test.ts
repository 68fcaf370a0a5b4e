import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeAttribute } from './attribute.ts';
import { DataType } from './data-type.ts';
import { emptyModel } from './empty-model.ts';
import { Graph } from './graph.ts';
import { makeNode } from './node.ts';
import { scanOnnx } from './scan.ts';
import { floatTensor, type Tensor } from './tensor.ts';
import { smallModel } from './testing/small-model.ts';
import { makeValueInfo } from './value-info.ts';
import { encodeModel } from './write.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tessera-scan-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A tensor whose bytes lie in another file. */
function external(name: string, location: string): Tensor {
  const tensor = floatTensor(name, [2], [1, 2]);
  const entry = (key: string, value: string) => ({
    $typeName: 'onnx.StringStringEntryProto' as const,
    key,
    value,
  });
  return Object.assign(tensor, {
    rawData: new Uint8Array(),
    dataLocation: 1,
    externalData: [entry('location', location), entry('offset', '0')],
  });
}

function write(constants: readonly Tensor[]): string {
  const model = smallModel({
    inputs: { x: [DataType.FLOAT, [2]] },
    constants: [floatTensor('inside', [20_000], new Float32Array(20_000)), ...constants],
    nodes: [{ op: 'Add', inputs: ['x', constants[0]?.name ?? 'x'], outputs: ['y'] }],
    outputs: ['y'],
  });
  const path = join(folder, `${Math.abs(constants.length)}.onnx`);
  writeFileSync(path, encodeModel(model));
  return path;
}

test('external files are those that the graph names, each once, in order', () => {
  const path = write([
    external('a', 'weights.bin'),
    external('b', './second/part'),
    external('c', 'weights.bin'),
  ]);
  expect(scanOnnx(path).externalFiles).toEqual(['weights.bin', 'second/part']);
});

test('a file with its weights inside names none', () => {
  expect(scanOnnx(write([])).externalFiles).toEqual([]);
});

test('operators are found in the bodies of branches, too', () => {
  const branch = new Graph(emptyModel(17));
  branch.nodes = [makeNode({ op: 'Neg', inputs: ['x'], outputs: ['n'] })];
  branch.outputs = [makeValueInfo('n')];
  const body = branch.toModel().proto.graph!;
  const model = smallModel({
    inputs: { x: [DataType.FLOAT, [2]], c: [DataType.BOOL, []] },
    nodes: [
      { op: 'If', inputs: ['c'], outputs: ['y'] },
      { op: 'Gelu', domain: 'com.microsoft', inputs: ['y'], outputs: ['z'] },
    ],
    outputs: ['z'],
  });
  const graphOf = (name: string) => Object.assign(makeAttribute(name, 0), { type: 5, g: body });
  model.proto.graph!.node[0]!.attribute = [graphOf('then_branch'), graphOf('else_branch')];
  const path = join(folder, 'branches.onnx');
  writeFileSync(path, encodeModel(model));
  expect([...scanOnnx(path).operators].sort()).toEqual(['Gelu', 'If', 'Neg']);
});

test.each(['../outside', '/etc/passwd', 'a/../../b', 'C:\\weights'])('%s is refused', (location) => {
  expect(() => scanOnnx(write([external('a', location)]))).toThrow(/outside the model's folder/);
});

test('a truncated file and another kind of file are refused', () => {
  const path = write([]);
  truncateSync(path, 1000);
  expect(() => scanOnnx(path)).toThrow(/truncated or not an ONNX file/);
  writeFileSync(path, 'plain text, and no protobuf at all');
  expect(() => scanOnnx(path)).toThrow(/truncated or not an ONNX file/);
});
