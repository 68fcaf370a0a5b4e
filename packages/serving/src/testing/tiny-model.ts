import {
  DataType,
  emptyModel,
  floatTensor,
  Graph,
  int64Tensor,
  type Model,
  makeNode,
  makeValueInfo,
  type NodeFields,
} from '@tessera/onnx';

/** How a tiny text model is exported: what files in the world differ in. */
export interface Signature {
  readonly idsType: 'int64' | 'int32';
  readonly names: 'plain' | 'tensorflow' | 'bert';
  /** Element type of the mask; null for a file without one. */
  readonly mask: 'int64' | 'int32' | 'bool' | 'float32' | 'float16' | null;
  readonly hasTypes: boolean;
  readonly hasPositions: boolean;
  readonly hasTask: boolean;
  readonly isGlobal: boolean;
  readonly fixedRows: number | null;
  readonly fixedTokens: number | null;
  readonly isHalf: boolean;
  /** Activations are rounded by the largest of the whole tensor, as quantize_dynamic does. */
  readonly isRounded: boolean;
  readonly givesNaN: boolean;
  /** Rows of the word table. */
  readonly vocabulary: number;
  readonly output: 'logits' | 'last_hidden_state' | 'sentence_embedding' | 'dense_vecs';
}

export const plainSignature: Signature = {
  idsType: 'int64',
  names: 'plain',
  mask: 'int64',
  hasTypes: false,
  hasPositions: false,
  hasTask: false,
  isGlobal: false,
  fixedRows: null,
  fixedTokens: null,
  isHalf: false,
  isRounded: false,
  givesNaN: false,
  vocabulary: 600,
  output: 'logits',
};

export const VOCABULARY = 600;
const WIDTH = 8;
const POSITIONS = 64;

const inputNames = {
  plain: { ids: 'input_ids', mask: 'attention_mask', types: 'token_type_ids', positions: 'position_ids' },
  tensorflow: {
    ids: 'input_ids:0',
    mask: 'attention_mask:0',
    types: 'token_type_ids:0',
    positions: 'position_ids:0',
  },
  bert: { ids: 'input_ids', mask: 'input_mask', types: 'segment_ids', positions: 'position_ids' },
} as const;

export type TinyInputs = (typeof inputNames)[keyof typeof inputNames];

export function namesOf({ names }: Signature): TinyInputs {
  return inputNames[names];
}

const typeOf = {
  int64: DataType.INT64,
  int32: DataType.INT32,
  bool: DataType.BOOL,
  float32: DataType.FLOAT,
  float16: DataType.FLOAT16,
} as const;

/**
 * A text model of one layer: h = tanh(x + mean of the text's x + task) where x is the sum of its tables, and
 * a head on the mean of h. With a mask both means are the text's own; without one they take the padding in.
 */
export function tinyModel(signature: Signature): Model {
  const { mask, isHalf, output } = signature;
  const graph = new Graph(emptyModel(17));
  const names = namesOf(signature);
  const rows = signature.fixedRows ?? 'rows';
  const tokens = signature.fixedTokens ?? 'tokens';
  const nodes: NodeFields[] = [];
  let count = 0;
  const apply = (op: string, inputs: readonly string[], attributes = {}): string => {
    const result = `v${count++}`;
    nodes.push({ op, inputs, outputs: [result], attributes });
    return result;
  };
  const declare = (name: string, type: DataType, dims: readonly (string | number)[]): string => {
    graph.inputs.push(makeValueInfo(name, type, dims));
    return name;
  };
  const table = (name: string, size: number, seed: number): string => {
    graph.addInitializer(floatTensor(name, [size, WIDTH], waves(size * WIDTH, seed)));
    return name;
  };
  graph.addInitializer(int64Tensor('axis1', [1], [1]));
  graph.addInitializer(int64Tensor('axis2', [1], [2]));

  const ids = declare(names.ids, typeOf[signature.idsType], [rows, tokens]);
  let x = apply('Gather', [table('words', signature.vocabulary, 1), ids]);
  if (signature.hasTypes)
    x = apply('Add', [
      x,
      apply('Gather', [table('types', 2, 2), declare(names.types, DataType.INT64, [rows, tokens])]),
    ]);
  if (signature.hasPositions)
    x = apply('Add', [
      x,
      apply('Gather', [
        table('positions', POSITIONS, 3),
        declare(names.positions, DataType.INT64, [rows, tokens]),
      ]),
    ]);
  if (signature.isRounded) x = rounded(x);
  const weights = mask === null ? null : maskOf(mask);
  const mean = (value: string): string => {
    if (weights === null) return apply('ReduceMean', [value], { axes: [1], keepdims: 1 });
    const sum = apply('ReduceSum', [apply('Mul', [value, weights]), 'axis1'], { keepdims: 1 });
    return apply('Div', [sum, apply('ReduceSum', [weights, 'axis1'], { keepdims: 1 })]);
  };
  let inner = apply('Add', [x, mean(x)]);
  if (signature.hasTask)
    inner = apply('Add', [
      inner,
      apply('Gather', [table('tasks', 3, 4), declare('task_id', DataType.INT64, [])]),
    ]);
  if (signature.isGlobal) {
    const marks = apply('Cast', [declare('global_attention_mask', DataType.INT64, [rows, tokens])], {
      to: DataType.FLOAT,
    });
    inner = apply('Add', [inner, apply('Unsqueeze', [marks, 'axis2'])]);
  }
  const hidden = apply('Tanh', [inner]);
  graph.addInitializer(int64Tensor('flat', [2], [0, WIDTH]));
  const pooled = apply('Reshape', [mean(hidden), 'flat']);
  let result = output === 'last_hidden_state' ? hidden : pooled;
  if (output === 'logits') {
    graph.addInitializer(floatTensor('head', [WIDTH, 3], waves(WIDTH * 3, 5)));
    result = apply('MatMul', [pooled, 'head']);
  }
  if (signature.givesNaN)
    result = apply('Div', [apply('Sub', [result, result]), apply('Sub', [result, result])]);
  if (isHalf) result = apply('Cast', [result], { to: DataType.FLOAT16 });
  nodes.push({ op: 'Identity', inputs: [result], outputs: [output] });
  graph.nodes = nodes.map(makeNode);
  const last = output === 'logits' ? 3 : WIDTH;
  const shape = output === 'last_hidden_state' ? [rows, tokens, last] : [rows, last];
  graph.outputs = [makeValueInfo(output, isHalf ? DataType.FLOAT16 : DataType.FLOAT, shape)];
  graph.touch();
  return graph.toModel();

  function maskOf(type: NonNullable<Signature['mask']>): string {
    const given = declare(names.mask, typeOf[type], [rows, tokens]);
    return apply('Unsqueeze', [apply('Cast', [given], { to: DataType.FLOAT }), 'axis2']);
  }

  /** To eight bits and back, on the scale of the whole tensor. */
  function rounded(value: string): string {
    const [small, scale, zero] = ['small', 'scale', 'zero'];
    nodes.push({ op: 'DynamicQuantizeLinear', inputs: [value], outputs: [small, scale, zero] });
    return apply('DequantizeLinear', [small, scale, zero]);
  }
}

/** Numbers without a pattern that a mean would hide, in (−1, 1). */
function waves(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin(seed * 12.9898 + i * i * 0.7831 + i));
}
