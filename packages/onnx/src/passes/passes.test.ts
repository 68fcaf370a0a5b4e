import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { float } from '../attribute.ts';
import { DataType } from '../data-type.ts';
import { Graph } from '../graph.ts';
import { makeNode, operatorName } from '../node.ts';
import {
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  OperatorSetIdProtoSchema,
} from '../proto.ts';
import { floatTensor, int64Tensor } from '../tensor.ts';
import { distance, runOnWaves, type SmallModel, smallModel, waves } from '../testing/small-model.ts';
import { makeValueInfo } from '../value-info.ts';
import { encodeModel } from '../write.ts';
import { liftConstants } from './constants.ts';
import { fuseGelu } from './fuse-gelu.ts';
import { fuseLayerNorm } from './fuse-layer-norm.ts';
import { constantCondition, inlineBranches } from './inline-branches.ts';
import { inlineFunctions } from './inline-functions.ts';
import { lowerGelu } from './lower-gelu.ts';
import { prune } from './prune.ts';
import { unwrapSequences } from './unwrap-sequences.ts';

const F = DataType.FLOAT;
const inputs = { x: [F, [2, 3, 8]] } as const;
const scalar = (name: string, value: number) => floatTensor(name, [], [value]);

const exactGelu: SmallModel = {
  inputs,
  constants: [scalar('root', Math.SQRT2), scalar('one', 1), scalar('half', 0.5)],
  nodes: [
    { op: 'Div', inputs: ['x', 'root'], outputs: ['a'] },
    { op: 'Erf', inputs: ['a'], outputs: ['b'] },
    { op: 'Add', inputs: ['b', 'one'], outputs: ['c'] },
    { op: 'Mul', inputs: ['x', 'c'], outputs: ['d'] },
    { op: 'Mul', inputs: ['d', 'half'], outputs: ['y'] },
  ],
  outputs: ['y'],
};

const tanhGelu: SmallModel = {
  inputs,
  constants: [
    scalar('three', 3),
    scalar('k', 0.044715),
    scalar('s', Math.sqrt(2 / Math.PI)),
    scalar('one', 1),
    scalar('half', 0.5),
  ],
  nodes: [
    { op: 'Pow', inputs: ['x', 'three'], outputs: ['cube'] },
    { op: 'Mul', inputs: ['cube', 'k'], outputs: ['a'] },
    { op: 'Add', inputs: ['x', 'a'], outputs: ['b'] },
    { op: 'Mul', inputs: ['b', 's'], outputs: ['u'] },
    { op: 'Tanh', inputs: ['u'], outputs: ['t'] },
    { op: 'Mul', inputs: ['half', 'x'], outputs: ['h'] },
    { op: 'Add', inputs: ['one', 't'], outputs: ['c'] },
    { op: 'Mul', inputs: ['h', 'c'], outputs: ['y'] },
  ],
  outputs: ['y'],
};

const layerNorm: SmallModel = {
  inputs,
  constants: [
    scalar('two', 2),
    scalar('eps', 1e-5),
    floatTensor('gamma', [8], waves(8)),
    floatTensor('beta', [8], waves(8, 1)),
  ],
  nodes: [
    { op: 'ReduceMean', inputs: ['x'], outputs: ['m'], attributes: { axes: [-1] } },
    { op: 'Sub', inputs: ['x', 'm'], outputs: ['d'] },
    { op: 'Pow', inputs: ['d', 'two'], outputs: ['q'] },
    { op: 'ReduceMean', inputs: ['q'], outputs: ['v'], attributes: { axes: [-1] } },
    { op: 'Add', inputs: ['v', 'eps'], outputs: ['e'] },
    { op: 'Sqrt', inputs: ['e'], outputs: ['r'] },
    { op: 'Div', inputs: ['d', 'r'], outputs: ['n'] },
    { op: 'Mul', inputs: ['n', 'gamma'], outputs: ['g'] },
    { op: 'Add', inputs: ['g', 'beta'], outputs: ['y'] },
  ],
  outputs: ['y'],
};

async function expectSame(given: SmallModel, change: (graph: Graph) => void, expectedOps: readonly string[]) {
  const model = smallModel(given);
  const bytes = encodeModel(model);
  const graph = new Graph(model);
  change(graph);
  expect(graph.nodes.map(operatorName)).toEqual(expectedOps);
  const [before, after] = [
    await runOnWaves(model, given.inputs),
    await runOnWaves(graph.toModel(), given.inputs),
  ];
  for (const output of given.outputs)
    expect(distance(before[output], after[output]), output).toBeLessThan(2e-6);
  expect(encodeModel(model), 'the given model stays as it was').toEqual(bytes);
}

describe('fusing', () => {
  it('finds Gelu in its exact form', () =>
    expectSame(exactGelu, (graph) => void fuseGelu(graph), ['com.microsoft.Gelu']));
  it('finds Gelu in its tanh form', () =>
    expectSame(tanhGelu, (graph) => void fuseGelu(graph), ['com.microsoft.FastGelu']));
  it('finds LayerNormalization', () =>
    expectSame(layerNorm, (graph) => void fuseLayerNorm(graph), ['LayerNormalization']));

  it('finds LayerNormalization without a bias', () => {
    const nodes = [...layerNorm.nodes.slice(0, -2), { op: 'Mul', inputs: ['n', 'gamma'], outputs: ['y'] }];
    return expectSame({ ...layerNorm, nodes }, (graph) => void fuseLayerNorm(graph), ['LayerNormalization']);
  });

  it('lowering writes Gelu in operators of ONNX again', () =>
    expectSame(
      exactGelu,
      (graph) => {
        fuseGelu(graph);
        lowerGelu(graph);
      },
      ['Div', 'Erf', 'Add', 'Mul', 'Mul'],
    ));

  it('leaves patterns alone whose inner values are asked for', () => {
    const graph = new Graph(smallModel(exactGelu));
    expect(fuseGelu(graph, new Set(['c']))).toBe(0);
    const exposed = new Graph(smallModel({ ...layerNorm, outputs: ['y', 'n'] }));
    expect(fuseLayerNorm(exposed)).toBe(0);
  });
});

describe('control flow and functions', () => {
  const branch = (op: string) =>
    create(GraphProtoSchema, {
      name: op,
      node: [makeNode({ op, inputs: ['x'], outputs: ['z'] })],
      output: [makeValueInfo('z')],
    });

  it('an If with a constant condition becomes its branch', async () => {
    const graph = new Graph(smallModel({ inputs, nodes: [], outputs: ['y'] }));
    const choice = makeNode({ op: 'If', inputs: ['condition'], outputs: ['y'] });
    choice.attribute = [
      create(AttributeProtoSchema, { name: 'then_branch', type: 5, g: branch('Tanh') }),
      create(AttributeProtoSchema, { name: 'else_branch', type: 5, g: branch('Exp') }),
    ];
    graph.addInitializer(int64Tensor('condition', [], [0]));
    graph.nodes = [choice];
    graph.touch();
    expect(inlineBranches(graph, constantCondition(graph))).toBe(1);
    expect(graph.nodes.map(operatorName)).toEqual(['Exp', 'Identity']);
    const results = await runOnWaves(graph.toModel(), inputs);
    expect(results.y?.dims).toEqual([2, 3, 8]);
  });

  it('a call of a model-local function becomes its body, with the attributes of the call', async () => {
    const body = makeNode({ op: 'LeakyRelu', inputs: ['a'], outputs: ['b'] });
    body.attribute = [create(AttributeProtoSchema, { name: 'alpha', type: 1, refAttrName: 'slope' })];
    const model = smallModel({
      inputs,
      nodes: [
        {
          op: 'Leaky',
          domain: 'custom',
          name: 'call',
          inputs: ['x'],
          outputs: ['y'],
          attributes: { slope: float(0.5) },
        },
      ],
      outputs: ['y'],
    });
    model.proto.functions = [
      create(FunctionProtoSchema, {
        name: 'Leaky',
        domain: 'custom',
        input: ['a'],
        output: ['b'],
        attribute: ['slope'],
        node: [body],
        opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: 17n })],
      }),
    ];
    const graph = new Graph(model);
    inlineFunctions(graph);
    expect(graph.nodes.map(operatorName)).toEqual(['LeakyRelu']);
    const { y } = await runOnWaves(graph.toModel(), inputs);
    const x = Float32Array.from({ length: 48 }, (_, i) => Math.sin(1.7 * i + 1));
    const [lowest, value] = [x.indexOf(Math.min(...x)), y?.data as Float32Array];
    expect(value[lowest]).toBeCloseTo((x[lowest] as number) / 2, 6);
  });
});

describe('constants, lists and dead nodes', () => {
  it('Constant nodes and identities of constants become initializers', () => {
    const graph = new Graph(
      smallModel({
        inputs,
        nodes: [
          { op: 'Constant', inputs: [], outputs: ['c'], attributes: { value: scalar('', 2) } },
          { op: 'Identity', inputs: ['c'], outputs: ['same'] },
          { op: 'Mul', inputs: ['x', 'same'], outputs: ['y'] },
        ],
        outputs: ['y'],
      }),
    );
    liftConstants(graph);
    expect(graph.nodes.map((node) => node.input)).toEqual([['x', 'c']]);
    expect(graph.constantScalar('c')).toBe(2);
  });

  it('elements of a split list become slices', () =>
    expectSame(
      {
        inputs,
        constants: [int64Tensor('lengths', [2], [3, 5]), int64Tensor('second', [], [1])],
        nodes: [
          { op: 'SplitToSequence', inputs: ['x', 'lengths'], outputs: ['list'], attributes: { axis: 2 } },
          { op: 'SequenceAt', inputs: ['list', 'second'], outputs: ['y'] },
        ],
        outputs: ['y'],
      },
      unwrapSequences,
      ['Slice'],
    ));

  it('prune removes what no output needs', () => {
    const graph = new Graph(
      smallModel({
        inputs,
        constants: [scalar('unused', 1)],
        nodes: [
          { op: 'Tanh', inputs: ['x'], outputs: ['y'] },
          { op: 'Exp', inputs: ['x'], outputs: ['dead'] },
        ],
        outputs: ['y'],
      }),
    );
    prune(graph);
    expect(graph.nodes.map(operatorName)).toEqual(['Tanh']);
    expect([...graph.initializers.keys()]).toEqual([]);
  });
});
