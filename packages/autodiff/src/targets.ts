import { findEmbedding, type Graph, requireValue, type Value } from '@tessera/onnx';

/** The word callers use for the result of the token-embedding Gather. */
export const embeddings = 'embeddings';

/** A tensor a caller asked for, and the value of the graph that holds it. */
export interface Target {
  readonly name: string;
  readonly value: Value;
}

/** Resolves the names of `wrt`: "embeddings", or any tensor of the graph. */
export function resolveTargets(graph: Graph, names: readonly string[]): Target[] {
  return names.map((name) => {
    if (name === embeddings && graph.producer(name) === undefined)
      return { name, value: findEmbedding(graph).output };
    requireValue(graph, name);
    return { name, value: name };
  });
}
