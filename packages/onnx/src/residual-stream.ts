import { isConstant } from './embedding.ts';
import type { Value } from './emitter.ts';
import type { Graph } from './graph.ts';
import { isOp, type Node } from './node.ts';

/**
 * The value a normalisation reads, when `value` is the result of one (LayerNormalization or a spelled-out RMS
 * norm).
 */
export function normalisedFrom(graph: Graph, value: Value): Value | undefined {
  const node = graph.producer(value);
  if (isOp(node, 'LayerNormalization', 'RMSNormalization')) return node.input[0];
  const source = rootMeanSquareSource(graph, value);
  return source === undefined ? undefined : withoutCast(graph, source);
}

/** γ·(x · 1/√…) or γ·(x/√…), with casts in between. */
function rootMeanSquareSource(graph: Graph, value: Value, depth = 0): Value | undefined {
  const node = graph.producer(value);
  if (depth > 4 || !isOp(node, 'Mul', 'Div', 'Cast')) return undefined;
  const [a = '', b = ''] = node.input;
  if (isOp(node, 'Cast')) return rootMeanSquareSource(graph, a, depth + 1);
  if (isOp(node, 'Div')) return isOp(graph.producer(b), 'Sqrt') ? a : undefined;
  if (isConstant(graph, a)) return rootMeanSquareSource(graph, b, depth + 1);
  if (isConstant(graph, b)) return rootMeanSquareSource(graph, a, depth + 1);
  if (isInverseRoot(graph, b)) return a;
  return isInverseRoot(graph, a) ? b : undefined;
}

function isInverseRoot(graph: Graph, value: Value): boolean {
  const node = graph.producer(value);
  if (isOp(node, 'Reciprocal')) return isOp(graph.producer(node.input[0] as Value), 'Sqrt');
  if (isOp(node, 'Div')) return isOp(graph.producer(node.input[1] as Value), 'Sqrt');
  return isOp(node, 'Pow') && graph.constantScalar(node.input[1]) === -0.5;
}

function withoutCast(graph: Graph, value: Value): Value {
  const node = graph.producer(value);
  return isOp(node, 'Cast') ? (node.input[0] as Value) : value;
}

/** The Add that puts the result of a layer's part back onto the stream, when `value` is the stream. */
export function residualSum(graph: Graph, value: Value): Node | undefined {
  // RMS norms work in float32, and exporters let the sum read their cast copy of the stream too.
  const copies = [value, ...castsOf(graph, value)];
  return copies
    .flatMap((copy) => graph.consumers(copy))
    .find((reader) => {
      if (!isOp(reader, 'Add') || reader.input[0] === reader.input[1]) return false;
      const other = reader.input.find((input) => !copies.includes(input as Value));
      return other !== undefined && !isConstant(graph, other) && passesWeights(graph, other);
    });
}

/**
 * The sum with a layer's bias, when that is added after the residual, as fused SkipLayerNormalization nodes
 * do.
 */
export function biasedSum(graph: Graph, value: Value): Value | undefined {
  const sum = graph
    .consumers(value)
    .find((reader) => isOp(reader, 'Add') && reader.input.some((input) => isConstant(graph, input)));
  return sum?.output[0] as Value | undefined;
}

function castsOf(graph: Graph, value: Value): readonly Value[] {
  return graph
    .consumers(value)
    .filter((reader) => isOp(reader, 'Cast'))
    .map((cast) => cast.output[0] as Value);
}

/**
 * Whether a value was computed by a product with weights, a few operators back, and is not a mask or a
 * position.
 */
function passesWeights(graph: Graph, value: Value): boolean {
  const queue: { value: Value; depth: number }[] = [{ value, depth: 0 }];
  for (const { value: current, depth } of queue) {
    const node = graph.producer(current);
    if (!node || depth > 8) continue;
    if (
      isOp(node, 'MatMul', 'Gemm', 'Conv', 'Einsum') &&
      node.input.some((input) => isConstant(graph, input))
    )
      return true;
    for (const input of node.input)
      if (input !== '' && !isConstant(graph, input)) queue.push({ value: input, depth: depth + 1 });
    if (queue.length > 200) return false;
  }
  return false;
}

/** The result of the normalisation that reads `value`, when there is one. */
export function normalisedInto(graph: Graph, value: Value): Value | undefined {
  const direct = graph
    .consumers(value)
    .find((reader) => isOp(reader, 'LayerNormalization', 'RMSNormalization'));
  if (direct) return direct.output[0];
  const reached = [value];
  for (const current of reached) {
    if (reached.length > 40) break;
    for (const reader of graph.consumers(current))
      if (isOp(reader, 'Mul', 'Div', 'Cast') && !reached.includes(reader.output[0] as Value))
        reached.push(reader.output[0] as Value);
  }
  return reached.slice(1).findLast((candidate) => normalisedFrom(graph, candidate) === value);
}
