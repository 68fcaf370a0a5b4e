import { attributeOf } from '../attribute.ts';
import type { Graph } from '../graph.ts';
import { copyNode, isOp, makeNode, type Node } from '../node.ts';
import type { GraphProto } from '../proto.ts';

/** Says which way an If goes; undefined when it may go both ways. */
export type BranchOracle = (condition: string) => boolean | undefined;

/**
 * Puts the body of every If whose way is known in the place of the node. Exporters write such nodes for
 * `squeeze` and other calls whose meaning hangs on a shape.
 *
 * @returns how many were replaced
 */
export function inlineBranches(graph: Graph, oracle: BranchOracle): number {
  let inlined = 0;
  const result: Node[] = [];
  for (const node of graph.nodes) {
    const way = isOp(node, 'If') ? oracle(node.input[0] as string) : undefined;
    const body = way === undefined ? undefined : attributeOf(node, way ? 'then_branch' : 'else_branch')?.g;
    if (!body) {
      result.push(node);
      continue;
    }
    inlined++;
    result.push(...bodyNodes(graph, node, body));
  }
  graph.nodes = result;
  graph.touch();
  return inlined;
}

/** Copies of the body's nodes, its results renamed to the outputs of the If. */
function bodyNodes(graph: Graph, node: Node, body: GraphProto): Node[] {
  for (const tensor of body.initializer) graph.addInitializer(tensor);
  const nodes = body.node.map(copyNode);
  body.output.forEach(({ name }, index) => {
    const output = node.output[index];
    if (output) nodes.push(makeNode({ op: 'Identity', inputs: [name], outputs: [output] }));
  });
  return nodes;
}

/** The oracle for conditions that are constants. */
export function constantCondition(graph: Graph): BranchOracle {
  return (condition) => {
    const value = graph.constantScalar(condition);
    return value === undefined ? undefined : value !== 0;
  };
}
