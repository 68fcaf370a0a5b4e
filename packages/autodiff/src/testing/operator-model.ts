import {
  DataType,
  type Dim,
  emptyModel,
  Graph,
  type Model,
  makeNode,
  makeTensor,
  makeValueInfo,
  type Tensor,
} from '@tessera/onnx';
import type { CaseInput, OperatorCase, OperatorCases } from './operator-case.ts';

/** A model of one node, with the case's variables as inputs and its constants as initializers. */
export function operatorModel({ op, domain }: OperatorCases, given: OperatorCase, type: DataType): Model {
  const graph = new Graph(emptyModel(given.opset ?? 17));
  if (domain !== '') graph.requireOpset(domain, 1);
  const inputs = given.inputs.map((input, index) => {
    if (input.kind === 'omitted') return '';
    const name = `x${index}`;
    if (input.kind !== 'variable') return graph.addInitializer(constant(name, input, type));
    const dims = input.dims.map(
      (dim, axis): Dim => (axis < (given.varyingAxes ?? 0) ? axisNames[axis] : dim),
    );
    graph.inputs = [...graph.inputs, makeValueInfo(name, type, dims)];
    return name;
  });
  const outputs = Array.from({ length: given.outputs ?? 1 }, (_, index) => `y${index}`);
  graph.nodes = [makeNode({ op, domain, name: op, inputs, outputs, attributes: given.attributes ?? {} })];
  graph.outputs = outputs.map((name) => makeValueInfo(name));
  graph.touch();
  return graph.toModel();
}

const axisNames = ['batch', 'length', 'length', 'length'] as const;

function constant(
  name: string,
  input: Exclude<CaseInput, { kind: 'omitted' | 'variable' }>,
  type: DataType,
): Tensor {
  const { kind, dims, values } = input;
  switch (kind) {
    case 'ints':
      return makeTensor(name, DataType.INT64, dims, BigInt64Array.from(values, BigInt));
    case 'int32s':
      return makeTensor(name, DataType.INT32, dims, Int32Array.from(values));
    case 'bools':
      return makeTensor(name, DataType.BOOL, dims, Uint8Array.from(values));
    case 'float32s':
      return makeTensor(name, DataType.FLOAT, dims, Float32Array.from(values));
    case 'floats':
      return type === DataType.DOUBLE
        ? makeTensor(name, type, dims, Float64Array.from(values))
        : makeTensor(name, type, dims, Float32Array.from(values));
  }
}
