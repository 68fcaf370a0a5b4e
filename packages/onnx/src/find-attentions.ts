import { isConstant } from './embedding.ts';
import type { Value } from './emitter.ts';
import type { Graph } from './graph.ts';
import { isOp, type Node } from './node.ts';
import { projectedFrom } from './projection.ts';
import { upstream } from './upstream.ts';

/**
 * One attention layer: its softmax, the probabilities that weight the values, and the product of queries and
 * keys.
 */
export interface AttentionLayer {
  readonly softmax: Node;
  /** [batch, heads, queries, keys], after the exporter's guard against rows without any key. */
  readonly probabilities: Value;
  readonly scores: Node;
  /** What the probabilities weight, [batch, heads, keys, width]. */
  readonly values: Value;
  /** Whether the values come from another text than the queries, as in an encoder-decoder. */
  readonly crosses: boolean;
}

/**
 * Finds the attention layers in the order in which they are computed: a Softmax over scores that are a
 * product of two activations (not of an activation and a weight, as in gates), whose result is the left
 * factor of another product.
 */
export function findAttentionLayers(graph: Graph): AttentionLayer[] {
  return graph.nodes.flatMap((softmax) => {
    if (!isOp(softmax, 'Softmax')) return [];
    const scores = activationProduct(graph, softmax.input[0] as Value);
    const weighting = scores && findWeighting(graph, normalisedScores(graph, softmax));
    if (!scores || !weighting) return [];
    const { probabilities, values } = weighting;
    return [
      { softmax, probabilities, scores, values, crosses: crosses(graph, scores.input[0] as Value, values) },
    ];
  });
}

/** The attention probabilities of all layers that look at their own text, by value name. */
export function findAttentions(graph: Graph): Value[] {
  return findAttentionLayers(graph)
    .filter((layer) => !layer.crosses)
    .map((layer) => layer.probabilities);
}

/** The probabilities with which a decoder looks at the encoder's text, by value name. */
export function findCrossAttentions(graph: Graph): Value[] {
  return findAttentionLayers(graph)
    .filter((layer) => layer.crosses)
    .map((layer) => layer.probabilities);
}

/** What masks, scales and reorders scores between the product and the softmax. */
const scoreOperators = [
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Where',
  'Cast',
  'Reshape',
  'Transpose',
  'Flatten',
  'Max',
  'Min',
  'Clip',
  'Tanh',
  'Slice',
  'Identity',
  'Unsqueeze',
  'Squeeze',
] as const;

/** The nearest product of two activations behind a value, searched breadth first. */
function activationProduct(graph: Graph, value: Value): Node | undefined {
  const isProduct = (node: Node): boolean =>
    isOp(node, 'MatMul', 'Einsum') && !node.input.some((input) => isConstant(graph, input));
  const behind = upstream(graph, value, (node) => {
    if (!isOp(node, ...scoreOperators)) return [];
    if (isOp(node, 'Where')) return node.input.slice(1);
    return isOp(node, 'Reshape', 'Slice') ? node.input.slice(0, 1) : node.input;
  });
  for (const node of behind) if (isProduct(node)) return node;
  return undefined;
}

/**
 * The result of a softmax; in opsets below 13 it works on a flattened copy, and the result is what is
 * reshaped back.
 */
function normalisedScores(graph: Graph, softmax: Node): Value {
  const result = softmax.output[0] as Value;
  const back = graph.soleConsumer(result);
  const flattened = isOp(graph.producer(softmax.input[0] as Value), 'Flatten');
  return flattened && isOp(back, 'Reshape') ? (back.output[0] as Value) : result;
}

interface Weighting {
  readonly probabilities: Value;
  readonly values: Value;
}

/**
 * Follows probabilities through guards and casts to the product with the values; keeps the last name before
 * it.
 */
function findWeighting(graph: Graph, value: Value): Weighting | undefined {
  for (const reader of graph.consumers(value)) {
    const other = reader.input.find((input) => input !== value) ?? '';
    if (isOp(reader, 'MatMul') && reader.input[0] === value) return { probabilities: value, values: other };
    if (isOp(reader, 'Einsum')) return { probabilities: value, values: other };
    const passes = isOp(reader, 'Where', 'Cast', 'Identity', 'Dropout', 'Mul');
    const further = passes ? findWeighting(graph, reader.output[0] as Value) : undefined;
    if (further) return further;
    // Batched products of rank 3 read a reshaped copy; the value before it still has its heads apart.
    const reshaped = isOp(reader, 'Reshape') ? findWeighting(graph, reader.output[0] as Value) : undefined;
    if (reshaped) return { ...reshaped, probabilities: value };
  }
  return undefined;
}

/**
 * Queries and values are projected from different streams, and the one is not merely a pooled or narrowed
 * form of the other.
 */
function crosses(graph: Graph, queries: Value, values: Value): boolean {
  const [from, to] = [projectedFrom(graph, queries), projectedFrom(graph, values)];
  if (from === undefined || to === undefined || from === to) return false;
  let frontier = [from];
  for (let depth = 0; depth < 6; depth++) {
    if (frontier.includes(to)) return false;
    const before = frontier.flatMap((current) => graph.producer(current)?.input ?? []);
    frontier = [...new Set(before)].filter((input) => !isConstant(graph, input));
  }
  return !frontier.includes(to);
}
