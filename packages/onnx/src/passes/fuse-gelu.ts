import type { Graph } from '../graph.ts';
import { isOp, makeNode, type Node } from '../node.ts';

/**
 * Recognises x·½·(1 + erf(x/√2)) and x·½·(1 + tanh(√(2/π)·(x + 0.044715·x³))) in the orders exporters write
 * them, and puts one Gelu or FastGelu node in their place, so that the gradient reads x alone and the runtime
 * can fuse the forward part.
 *
 * @param keep values that callers ask for and that must not disappear
 * @returns how many were fused
 */
export function fuseGelu(graph: Graph, keep: ReadonlySet<string> = new Set()): number {
  let fused = 0;
  for (const node of [...graph.nodes]) {
    if (!isOp(node, 'Erf', 'Tanh')) continue;
    const argument = isOp(node, 'Erf') ? erfArgument(graph, node) : tanhArgument(graph, node);
    const match = argument && product(graph, node, argument.x);
    if (!match) continue;
    const inner = [...argument.inner, node, ...match.inner];
    if (!closed(graph, inner, match.last, keep)) continue;
    replace(graph, inner, match.last, argument.x, isOp(node, 'Tanh'));
    fused++;
  }
  if (fused > 0) graph.requireOpset('com.microsoft', 1);
  return fused;
}

interface Argument {
  readonly x: string;
  readonly inner: readonly Node[];
}

/** x/√2, or x·(1/√2). */
function erfArgument(graph: Graph, erf: Node): Argument | undefined {
  const node = graph.producer(erf.input[0] as string);
  if (isOp(node, 'Div') && near(graph.constantScalar(node.input[1]), Math.SQRT2))
    return { x: node.input[0] as string, inner: [node] };
  const scaled = scaledBy(graph, node, Math.SQRT1_2);
  return scaled === undefined ? undefined : { x: scaled, inner: [node as Node] };
}

/** √(2/π)·(x + 0.044715·x³) */
function tanhArgument(graph: Graph, tanh: Node): Argument | undefined {
  const outer = graph.producer(tanh.input[0] as string);
  const sum = graph.producer(scaledBy(graph, outer, Math.sqrt(2 / Math.PI)) ?? '');
  if (!outer || !isOp(sum, 'Add')) return undefined;
  for (const [x, cubic] of [sum.input, sum.input.toReversed()] as [string, string][]) {
    const weighted = graph.producer(cubic);
    const cube = graph.producer(scaledBy(graph, weighted, 0.044715) ?? '');
    if (weighted && isOp(cube, 'Pow') && cube.input[0] === x && graph.constantScalar(cube.input[1]) === 3)
      return { x, inner: [outer, sum, weighted, cube] };
  }
  return undefined;
}

/** From 1 + f on: (x·(1 + f))·½, (½·x)·(1 + f) or x·(½·(1 + f)). */
function product(graph: Graph, f: Node, x: string): { last: Node; inner: readonly Node[] } | undefined {
  const plusOne = graph.soleConsumer(f.output[0] as string);
  if (!isOp(plusOne, 'Add') || !plusOne.input.some((input) => graph.constantScalar(input) === 1))
    return undefined;
  const next = graph.soleConsumer(plusOne.output[0] as string);
  if (!isOp(next, 'Mul')) return undefined;
  const other = next.input.find((input) => input !== plusOne.output[0]) as string;
  const halved = graph.producer(other);
  if (halved && scaledBy(graph, halved, 0.5) === x) return { last: next, inner: [plusOne, halved] };
  const last = graph.soleConsumer(next.output[0] as string);
  if (!isOp(last, 'Mul')) return undefined;
  const rest = last.input.find((input) => input !== next.output[0]) as string;
  const complete = (other === x && isHalf(graph, rest)) || (isHalf(graph, other) && rest === x);
  return complete ? { last, inner: [plusOne, next] } : undefined;
}

function isHalf(graph: Graph, value: string): boolean {
  return near(graph.constantScalar(value), 0.5);
}

/** The other operand of a product with the constant `factor`. */
function scaledBy(graph: Graph, node: Node | undefined, factor: number): string | undefined {
  if (!isOp(node, 'Mul')) return undefined;
  const place = node.input.findIndex((input) => near(graph.constantScalar(input), factor));
  return place < 0 ? undefined : node.input[1 - place];
}

function near(value: number | undefined, wanted: number): boolean {
  return value !== undefined && Math.abs(value - wanted) <= 1e-4 * wanted;
}

/** Nothing outside the pattern reads its inner values. */
function closed(graph: Graph, inner: readonly Node[], last: Node, keep: ReadonlySet<string>): boolean {
  const within = new Set<Node>([...inner, last]);
  return inner.every(({ output: [value = ''] }) => {
    if (keep.has(value) || graph.isOutput(value)) return false;
    return graph.consumers(value).every((reader) => within.has(reader));
  });
}

function replace(graph: Graph, inner: readonly Node[], last: Node, x: string, tanh: boolean): void {
  const dropped = new Set(inner);
  const op = tanh ? 'FastGelu' : 'Gelu';
  const fused = makeNode({ op, domain: 'com.microsoft', name: last.name, inputs: [x], outputs: last.output });
  graph.nodes = graph.nodes
    .filter((node) => !dropped.has(node))
    .map((node) => (node === last ? fused : node));
  graph.touch();
}
