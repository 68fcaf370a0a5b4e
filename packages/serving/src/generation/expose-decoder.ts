import {
  exposeOutputs,
  findAttentionLayers,
  Graph,
  inlineBranches,
  isConstant,
  type Model,
} from '@tessera/onnx';

/** A decoder whose attention weights are outputs, and their names by layer. */
export interface ExposedDecoder {
  readonly model: Model;
  /** [rows, heads, ids, positions of the text so far] */
  readonly attentions: readonly string[];
  /** [rows, heads, ids, positions of the encoder]; empty for decoder-only models. */
  readonly crossAttentions: readonly string[];
}

/**
 * Makes the attention weights of a decoder outputs. A file that holds the first step and the others in the
 * branches of one If gives one model for each: `isFirst` says which. Inputs stay as they are, read or not.
 * Throws OUTPUT_UNAVAILABLE when the graph has no attention that can be recognised.
 */
export function exposeDecoder(model: Model, isFirst: boolean): ExposedDecoder {
  const graph = new Graph(model);
  inlineBranches(graph, (condition) => (condition === 'use_cache_branch' ? !isFirst : undefined));
  const exposed = exposeOutputs(graph.toModel(), { attentions: true });
  const names = [...exposed.attentions, ...exposed.crossAttentions];
  const whole = new Graph(exposed.model);
  const crossing = new Set(
    findAttentionLayers(whole).flatMap(({ probabilities, scores }) =>
      readsEncoder(whole, scores.input[1] as string) ? [probabilities as string] : [],
    ),
  );
  return {
    model: exposed.model,
    attentions: names.filter((name) => !crossing.has(name)),
    crossAttentions: names.filter((name) => crossing.has(name)),
  };
}

const encoderInput = /^encoder_hidden_states$|\.encoder\.key$/;

/** Operators between a stream and the keys that are projected from it. */
const projecting = new Set([
  'MatMul',
  'Gemm',
  'Add',
  'Mul',
  'Div',
  'Reshape',
  'Transpose',
  'Identity',
  'Concat',
  'Cast',
  'Unsqueeze',
  'Squeeze',
  'Expand',
  'Split',
  'Slice',
]);

/** Whether keys are a projection of what the encoder gave, by way of operators on one activation only. */
export function readsEncoder(graph: Graph, keys: string): boolean {
  const queue = [keys];
  const seen = new Set(queue);
  for (const value of queue) {
    if (encoderInput.test(value)) return true;
    const node = graph.producer(value);
    if (!node || !projecting.has(node.opType)) continue;
    const first = ['Reshape', 'Slice', 'Expand', 'Unsqueeze', 'Squeeze'].includes(node.opType);
    const inputs = first ? node.input.slice(0, 1) : node.input;
    const activations = inputs.filter((input) => input !== '' && !isConstant(graph, input));
    // A sum of two activations is the residual stream, into which every layer has written.
    if (node.opType === 'Add' && activations.length > 1) continue;
    for (const input of activations)
      if (!seen.has(input)) {
        seen.add(input);
        queue.push(input);
      }
  }
  return false;
}
