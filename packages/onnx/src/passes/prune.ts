import type { Graph } from '../graph.ts';
import { type Node, readValues } from '../node.ts';

/** Removes nodes and initializers that no model output depends on; model inputs stay, used or not. */
export function prune(graph: Graph): void {
  const needed = new Set(graph.outputs.map((output) => output.name));
  const kept: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.output.some((output) => needed.has(output))) continue;
    for (const value of readValues(node)) needed.add(value);
    kept.push(node);
  }
  graph.nodes = kept.reverse();
  for (const name of graph.initializers.keys()) if (!needed.has(name)) graph.initializers.delete(name);
  graph.touch();
}
