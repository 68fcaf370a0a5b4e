import { describe, expect, it } from 'vitest';
import { float } from '../../attribute.ts';
import { DataType } from '../../data-type.ts';
import { Graph } from '../../graph.ts';
import { floatTensor } from '../../tensor.ts';
import { distance, runOnWaves, type SmallModel, smallModel, waves } from '../../testing/small-model.ts';
import { decompose, decomposedOperators } from './decompose.ts';

const F = DataType.FLOAT;
const microsoft = 'com.microsoft';
const vector = (name: string, size: number) => floatTensor(name, [size], waves(size, name.length));

type Case = readonly [name: string, model: SmallModel];

const single = (
  op: string,
  domain: string,
  inputs: SmallModel['inputs'],
  rest: Partial<SmallModel> & {
    args: readonly string[];
    attributes?: SmallModel['nodes'][number]['attributes'];
    names?: readonly string[];
  },
): SmallModel => ({
  inputs,
  nodes: [
    {
      op,
      domain,
      name: 'node',
      inputs: rest.args,
      outputs: rest.names ?? ['y'],
      attributes: rest.attributes ?? {},
    },
  ],
  outputs: rest.outputs ?? ['y'],
  constants: rest.constants ?? [],
  opset: rest.opset ?? 17,
});

const hidden = { x: [F, [2, 3, 8]] } as const;
const qkv = { q: [F, [2, 3, 8]], k: [F, [2, 5, 8]], v: [F, [2, 5, 8]] } as const;
const heads = { q: [F, [2, 4, 3, 6]], k: [F, [2, 4, 5, 6]], v: [F, [2, 4, 5, 6]] } as const;

const cases: readonly Case[] = [
  ['BiasGelu', single('BiasGelu', microsoft, hidden, { args: ['x', 'b'], constants: [vector('b', 8)] })],
  [
    'FastGelu with a bias',
    single('FastGelu', microsoft, hidden, { args: ['x', 'b'], constants: [vector('b', 8)] }),
  ],
  ['QuickGelu', single('QuickGelu', microsoft, hidden, { args: ['x'], attributes: { alpha: float(1.5) } })],
  [
    'FusedMatMul',
    single(
      'FusedMatMul',
      microsoft,
      { a: [F, [2, 3, 4]], b: [F, [2, 5, 3]] },
      { args: ['a', 'b'], attributes: { transA: 1, transB: 1, alpha: float(0.5) } },
    ),
  ],
  [
    'SkipLayerNormalization',
    single(
      'SkipLayerNormalization',
      microsoft,
      { ...hidden, s: [F, [2, 3, 8]] },
      {
        args: ['x', 's', 'g', 'b', 'c'],
        names: ['y', '', '', 'sum'],
        outputs: ['y', 'sum'],
        constants: [vector('g', 8), vector('b', 8), vector('c', 8)],
      },
    ),
  ],
  [
    'SkipSimplifiedLayerNormalization',
    single(
      'SkipSimplifiedLayerNormalization',
      microsoft,
      { ...hidden, s: [F, [2, 3, 8]] },
      {
        args: ['x', 's', 'g'],
        names: ['y', '', '', 'sum'],
        outputs: ['y', 'sum'],
        constants: [vector('g', 8)],
      },
    ),
  ],
  [
    'SimplifiedLayerNormalization',
    single('SimplifiedLayerNormalization', '', hidden, {
      args: ['x', 'g'],
      constants: [vector('g', 8)],
      attributes: { axis: -1, epsilon: float(1e-3) },
    }),
  ],
  [
    'EmbedLayerNormalization',
    single(
      'EmbedLayerNormalization',
      microsoft,
      { ids: [DataType.INT32, [2, 3]], segments: [DataType.INT32, [2, 3]], mask: [DataType.INT32, [2, 3]] },
      {
        args: ['ids', 'segments', 'w', 'p', 't', 'g', 'b', 'mask'],
        names: ['y', 'm'],
        outputs: ['y', 'm'],
        constants: [
          floatTensor('w', [4, 8], waves(32)),
          floatTensor('p', [6, 8], waves(48, 1)),
          floatTensor('t', [2, 8], waves(16, 2)),
          vector('g', 8),
          vector('b', 8),
        ],
      },
    ),
  ],
  [
    'Attention of onnxruntime, a mask per key',
    single(
      'Attention',
      microsoft,
      { ...hidden, mask: [DataType.INT32, [2, 3]] },
      {
        args: ['x', 'w', 'b', 'mask'],
        constants: [floatTensor('w', [8, 24], waves(192)), vector('b', 24)],
        attributes: { num_heads: 2 },
      },
    ),
  ],
  [
    'Attention of onnxruntime, causal',
    single('Attention', microsoft, hidden, {
      args: ['x', 'w', 'b'],
      constants: [floatTensor('w', [8, 24], waves(192)), vector('b', 24)],
      attributes: { num_heads: 4, unidirectional: 1 },
    }),
  ],
  [
    'MultiHeadAttention',
    single('MultiHeadAttention', microsoft, qkv, { args: ['q', 'k', 'v'], attributes: { num_heads: 2 } }),
  ],
  [
    'MultiHeadAttention with a padding mask',
    single(
      'MultiHeadAttention',
      microsoft,
      { ...qkv, mask: [DataType.INT32, [2, 5]] },
      { args: ['q', 'k', 'v', '', 'mask'], attributes: { num_heads: 2 } },
    ),
  ],
  [
    'Attention 23 on separate heads',
    single('Attention', '', heads, { opset: 23, args: ['q', 'k', 'v'], attributes: { scale: float(0.3) } }),
  ],
  [
    'Attention 23, causal, default scale',
    single(
      'Attention',
      '',
      { q: heads.q, k: [F, [2, 4, 3, 6]], v: [F, [2, 4, 3, 6]] },
      { opset: 23, args: ['q', 'k', 'v'], attributes: { is_causal: 1 } },
    ),
  ],
  [
    'Attention 23 with a boolean mask',
    single(
      'Attention',
      '',
      { ...heads, mask: [DataType.BOOL, [3, 5]] },
      { opset: 23, args: ['q', 'k', 'v', 'mask'] },
    ),
  ],
  [
    'Attention 23 with a float mask and a soft cap',
    single(
      'Attention',
      '',
      { ...heads, mask: [F, [3, 5]] },
      { opset: 23, args: ['q', 'k', 'v', 'mask'], attributes: { softcap: float(2) } },
    ),
  ],
  [
    'Attention 23, flat, fewer key heads',
    single(
      'Attention',
      '',
      { q: [F, [2, 3, 24]], k: [F, [2, 5, 12]], v: [F, [2, 5, 12]] },
      { opset: 23, args: ['q', 'k', 'v'], attributes: { q_num_heads: 4, kv_num_heads: 2 } },
    ),
  ],
  [
    'RotaryEmbedding 23',
    single(
      'RotaryEmbedding',
      '',
      { x: [F, [2, 4, 3, 6]], places: [DataType.INT64, [2, 3]] },
      {
        opset: 23,
        args: ['x', 'cos', 'sin', 'places'],
        constants: [floatTensor('cos', [5, 3], waves(15)), floatTensor('sin', [5, 3], waves(15, 1))],
      },
    ),
  ],
  [
    'RotaryEmbedding 23, interleaved and flat',
    single(
      'RotaryEmbedding',
      '',
      { x: [F, [2, 3, 24]], places: [DataType.INT64, [2, 3]] },
      {
        opset: 23,
        args: ['x', 'cos', 'sin', 'places'],
        attributes: { num_heads: 4, interleaved: 1 },
        constants: [floatTensor('cos', [5, 3], waves(15)), floatTensor('sin', [5, 3], waves(15, 1))],
      },
    ),
  ],
  [
    'GroupNormalization 21',
    single(
      'GroupNormalization',
      '',
      { x: [F, [2, 6, 4]] },
      {
        opset: 21,
        args: ['x', 'g', 'b'],
        attributes: { num_groups: 3 },
        constants: [vector('g', 6), vector('b', 6)],
      },
    ),
  ],
];

describe('an operator taken apart computes the same', () => {
  it.each(cases)('%s', async (_, given) => {
    const model = smallModel(given);
    const graph = new Graph(model);
    decompose(graph);
    expect(graph.nodes.length).toBeGreaterThan(1);
    const [before, after] = [
      await runOnWaves(model, given.inputs),
      await runOnWaves(graph.toModel(), given.inputs),
    ];
    for (const output of given.outputs)
      expect(distance(before[output], after[output]), output).toBeLessThan(1e-5);
  });
});

it('every decomposition has a case', () => {
  const covered = new Set(
    cases.map(([, { nodes }]) => (nodes[0]?.domain ? `${nodes[0].domain}.${nodes[0].op}` : nodes[0]?.op)),
  );
  // onnxruntime registers it without a domain only
  const same = new Set(['com.microsoft.SimplifiedLayerNormalization']);
  expect(decomposedOperators.filter((name) => !covered.has(name) && !same.has(name))).toEqual([]);
});
