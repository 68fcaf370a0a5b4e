import { AppError } from '@tessera/base';
import { intAttribute } from './attribute.ts';
import type { Graph } from './graph.ts';
import { isOp, type Node, operatorName } from './node.ts';
import { tensorSize } from './tensor.ts';

/** The token-embedding lookup of a language model. */
export interface EmbeddingLookup {
  /** The value that holds the looked-up rows, usually [batch, tokens, width]. */
  readonly output: string;
  /** The table as the Gather reads it: an initializer, or a value computed from constants. */
  readonly table: string;
  readonly node: Node;
}

/** Operators that hand token ids on unchanged, or only rearranged. */
const idsPassThrough = [
  'Cast',
  'Identity',
  'Unsqueeze',
  'Squeeze',
  'Reshape',
  'Flatten',
  'Transpose',
  'Pad',
  'Slice',
  'Concat',
] as const;

/**
 * Finds the Gather that looks up `ids` (default `input_ids`) in a constant table. Lookups of something
 * computed from the ids, such as positions counted from padding, do not qualify. The largest table wins.
 *
 * @throws OUTPUT_UNAVAILABLE when there is none.
 */
export function findEmbedding(graph: Graph, ids = 'input_ids'): EmbeddingLookup {
  const lookups = graph.nodes
    .filter((node) => isOp(node, 'Gather') && readsIds(graph, node.input[1] as string, ids))
    .filter((node) => intAttribute(node, 'axis', 0) === 0 && isConstant(graph, node.input[0] as string));
  const best = lookups.sort((a, b) => rows(graph, b) - rows(graph, a))[0];
  if (best) return { node: best, table: best.input[0] as string, output: dequantised(graph, best) };
  const readers = graph.consumers(ids).map((node) => `${operatorName(node)} "${node.name}"`);
  const read = readers.length > 0 ? ` "${ids}" is read by ${readers.slice(0, 4).join(', ')}.` : '';
  const inputs = graph.inputs.map((input) => input.name).join(', ');
  const hint = `Its inputs are ${inputs}.${read} Name a tensor to differentiate with respect to, or export the model in float32 without fused operators.`;
  throw new AppError('OUTPUT_UNAVAILABLE', {
    detail: { field: 'embeddings', output: `token-embedding Gather that is fed by "${ids}"`, hint },
  });
}

function readsIds(graph: Graph, value: string, ids: string): boolean {
  if (value === ids) return true;
  const node = graph.producer(value);
  if (!isOp(node, ...idsPassThrough)) return false;
  const sources = isOp(node, 'Concat') ? node.input : node.input.slice(0, 1);
  return sources.some((input) => readsIds(graph, input, ids));
}

/** Whether a value depends on constants only. */
export function isConstant(graph: Graph, value: string): boolean {
  if (value === '' || graph.initializers.has(value)) return true;
  const node = graph.producer(value);
  if (!node || node.input.length === 0) return false;
  return node.input.every((input) => isConstant(graph, input));
}

function rows(graph: Graph, lookup: Node): number {
  let value = lookup.input[0] as string;
  while (!graph.initializers.has(value)) value = graph.producer(value)?.input[0] as string;
  const tensor = graph.initializers.get(value);
  return tensor ? tensorSize(tensor) : 0;
}

/** When the table is stored in int8, rows may be dequantised (or cast to float) after the lookup. */
function dequantised(graph: Graph, lookup: Node): string {
  const output = lookup.output[0] as string;
  const next = graph.soleConsumer(output);
  const integers = graph.initializers.get(lookup.input[0] as string);
  const convert = isOp(next, 'DequantizeLinear') || (isOp(next, 'Cast') && integers !== undefined);
  return convert ? ((next as Node).output[0] as string) : output;
}
