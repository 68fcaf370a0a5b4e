import { isConstant } from './embedding.ts';
import type { Value } from './emitter.ts';
import type { Graph } from './graph.ts';
import type { Node } from './node.ts';

/**
 * The nodes that a value is computed from, nearest first, each value once and constants never.
 *
 * @param sourcesOf the inputs to follow behind a node; none ends that branch
 * @param most values to look at; beyond them the walk ends
 */
export function* upstream(
  graph: Graph,
  value: Value,
  sourcesOf: (node: Node) => readonly Value[],
  most = Number.POSITIVE_INFINITY,
): Generator<Node, void> {
  const queue = [value];
  const seen = new Set(queue);
  for (const current of queue) {
    if (queue.length > most) return;
    const node = graph.producer(current);
    if (!node) continue;
    yield node;
    for (const input of sourcesOf(node)) {
      if (input === '' || seen.has(input) || isConstant(graph, input)) continue;
      seen.add(input);
      queue.push(input);
    }
  }
}
