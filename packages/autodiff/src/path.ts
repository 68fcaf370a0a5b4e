import { type Graph, type Node, operatorName, readValues, type Value } from '@tessera/onnx';
import { findEntry } from './rules/registry.ts';

/** The part of a graph a gradient runs through. */
export interface Path {
  /** Nodes that lead from `wrt` to `of`, in forward order. */
  readonly nodes: readonly Node[];
  /** Values on the way; only these have gradients. */
  readonly values: ReadonlySet<Value>;
  /** Nodes on the way at which the gradient ends, with the reason. */
  readonly stopped: readonly Remark[];
  /** Nodes on the way that cannot be differentiated, with the reason. */
  readonly unsupported: readonly Remark[];
}

export interface Remark {
  readonly node: Node;
  readonly reason: string;
}

/**
 * Finds what lies between `wrt` and `of`: values that depend on `wrt` (forward sweep) and that `of` depends
 * on (backward sweep). Connectivity is enough; neither shapes nor types are needed.
 */
export function findPath(graph: Graph, wrt: readonly Value[], of: readonly Value[]): Path {
  const needed = ancestors(graph, of);
  const reached = new Set(wrt);
  const stopped: Remark[] = [];
  const unsupported: Remark[] = [];
  for (const node of graph.nodes) {
    if (!node.output.some((output) => needed.has(output))) continue;
    const verdict = judge(graph, node, reached);
    if (verdict === 'untouched') continue;
    if (verdict !== 'flows' && 'stops' in verdict) {
      stopped.push({ node, reason: verdict.stops });
      continue;
    }
    if (verdict !== 'flows') unsupported.push({ node, reason: verdict.refuses });
    for (const output of node.output) if (output !== '') reached.add(output);
  }
  const values = leadingTo(graph, of, reached);
  const onPath = (node: Node) =>
    node.output.some((output) => values.has(output)) &&
    flowingInputs(node).some((input) => values.has(input));
  return {
    nodes: graph.nodes.filter(onPath),
    values,
    stopped,
    unsupported: unsupported.filter(({ node }) => onPath(node)),
  };
}

type Verdict = 'untouched' | 'flows' | { readonly stops: string } | { readonly refuses: string };

function judge(graph: Graph, node: Node, reached: ReadonlySet<Value>): Verdict {
  const entry = findEntry(node);
  if (!entry || entry.kind === 'stop') {
    const touched = readValues(node).filter((value) => reached.has(value));
    if (touched.length === 0) return 'untouched';
    if (entry) return { stops: entry.reason };
    const captured = touched.find((value) => !node.input.includes(value));
    return { refuses: captured ? `its body reads "${captured}"` : 'there is no rule for it' };
  }
  if (!flowingInputs(node).some((value) => reached.has(value))) return 'untouched';
  const stops = entry.stops(node);
  if (stops !== undefined) return { stops };
  const refuses = entry.refuses(node, graph);
  return refuses === undefined ? 'flows' : { refuses };
}

/** The inputs of a node through which its rule lets gradients flow; all of them when it has no rule. */
export function flowingInputs(node: Node): readonly Value[] {
  const entry = findEntry(node);
  if (!entry) return readValues(node);
  if (entry.kind === 'stop') return [];
  return node.input.filter((input, index) => input !== '' && flowsThrough(entry.flows, index));
}

export function flowsThrough(flows: readonly number[] | 'all', index: number): boolean {
  return flows === 'all' || flows.includes(index);
}

function ancestors(graph: Graph, of: readonly Value[]): Set<Value> {
  const found = new Set(of);
  for (const node of graph.nodes.toReversed())
    if (node.output.some((output) => found.has(output)))
      for (const value of readValues(node)) found.add(value);
  return found;
}

function leadingTo(graph: Graph, of: readonly Value[], reached: ReadonlySet<Value>): Set<Value> {
  const values = new Set(of.filter((value) => reached.has(value)));
  for (const node of graph.nodes.toReversed()) {
    if (!node.output.some((output) => values.has(output))) continue;
    for (const value of flowingInputs(node)) if (reached.has(value)) values.add(value);
  }
  return values;
}

/** `Conv "node name"`, `com.microsoft.QAttention "…"`: how messages name a node. */
export function nodeLabel(node: Node): string {
  return `${operatorName(node)} "${node.name || node.output[0]}"`;
}
