import { Emitter, type Value } from './emitter.ts';
import type { Graph } from './graph.ts';
import { makeNode, type Node } from './node.ts';

/** Writes a replacement for one node and returns the values that take the place of its outputs. */
export type Rewriter = (node: Node, g: Emitter) => readonly (Value | undefined)[] | undefined;

/**
 * Visits every node once, in order; where the rewriter answers, the nodes it wrote stand in for the node. The
 * node's output names are kept, so graph outputs and tensor names a caller knows stay valid.
 *
 * @returns how many nodes were replaced.
 */
export function rewrite(graph: Graph, rewriter: Rewriter): number {
  const result: Node[] = [];
  let replaced = 0;
  for (const node of graph.nodes) {
    const g = new Emitter(graph, node.name || node.output[0] || node.opType);
    const values = rewriter(node, g);
    if (values === undefined) {
      result.push(node);
      continue;
    }
    replaced++;
    node.output.forEach((output, index) => {
      const value = values[index];
      if (output !== '' && value !== undefined) giveName(g.nodes, value, output);
    });
    result.push(...g.nodes);
  }
  graph.nodes = result;
  graph.touch();
  return replaced;
}

/**
 * Renames a freshly written value to the name the graph knows; a value from elsewhere is passed on by
 * Identity.
 */
function giveName(nodes: Node[], value: Value, name: Value): void {
  const producer = nodes.find((node) => node.output.includes(value));
  if (!producer) {
    nodes.push(makeNode({ op: 'Identity', inputs: [value], outputs: [name] }));
    return;
  }
  producer.output = producer.output.map((output) => (output === value ? name : output));
  for (const node of nodes) node.input = node.input.map((input) => (input === value ? name : input));
}
