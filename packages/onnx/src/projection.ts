import { isConstant } from './embedding.ts';
import type { Value } from './emitter.ts';
import type { Graph } from './graph.ts';
import { isOp, type Node } from './node.ts';
import { tensorDims } from './tensor.ts';
import { upstream } from './upstream.ts';

/** Walks from queries, keys or values back to the projection that made them, and gives what it reads. */
export function projectedFrom(graph: Graph, projected: Value): Value | undefined {
  return findProjection(graph, projected)?.activation;
}

/** A product of an activation with constant weights. */
export interface Projection {
  readonly node: Node;
  readonly activation: Value;
}

/** Walks from queries, keys or values back to the projection that made them. */
export function findProjection(graph: Graph, projected: Value): Projection | undefined {
  const behind = upstream(graph, projected, (node) => {
    if (isOp(node, ...products)) return [];
    return isOp(node, ...firstInputOnly) ? node.input.slice(0, 1) : node.input;
  });
  for (const node of behind) {
    if (!isOp(node, ...products)) continue;
    const activation = node.input.slice(0, 2).find((input) => !isConstant(graph, input));
    const weighted = node.input.some((input) => isConstant(graph, input));
    if (activation !== undefined && weighted && carriesText(graph, activation))
      return { node, activation: beforeReshape(graph, activation) };
  }
  return undefined;
}

const products = ['MatMul', 'Gemm', 'Einsum', 'Conv'] as const;

/** Operators whose further inputs are shapes, places or scales. */
const firstInputOnly = [
  'Reshape',
  'Slice',
  'Gather',
  'Expand',
  'Split',
  'Squeeze',
  'Unsqueeze',
  'LayerNormalization',
] as const;

/**
 * Linear layers written as Gemm read the tokens of all texts as one matrix; convolutions read channels first.
 */
function beforeReshape(graph: Graph, value: Value): Value {
  const node = graph.producer(value);
  return isOp(node, 'Reshape', 'Transpose') ? beforeReshape(graph, node.input[0] as Value) : value;
}

/** Whether a value comes from an embedding or a layer, and is not an angle computed from positions alone. */
function carriesText(graph: Graph, value: Value): boolean {
  for (const node of upstream(graph, value, ({ input }) => input, 400)) {
    if (isOp(node, 'LayerNormalization', 'RMSNormalization', 'Gemm', 'Conv')) return true;
    if (isOp(node, 'Gather', 'MatMul') && isMatrix(graph, node)) return true;
  }
  return false;
}

/**
 * Whether a node reads a constant matrix: an embedding table, or weights that are no mere row of frequencies.
 */
function isMatrix(graph: Graph, node: Node): boolean {
  return node.input.some((input) => {
    if (!isConstant(graph, input)) return false;
    const tensor = graph.initializers.get(input);
    return tensor === undefined || tensorDims(tensor).length === 2;
  });
}
