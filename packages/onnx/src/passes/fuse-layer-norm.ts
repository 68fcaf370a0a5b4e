import { float, intAttribute, intsAttribute } from '../attribute.ts';
import type { Graph } from '../graph.ts';
import { isOp, makeNode, type Node } from '../node.ts';
import { tensorDims } from '../tensor.ts';

interface Match {
  /** The last node of the pattern; the fused node takes its place and output name. */
  readonly last: Node;
  /** x, scale and, where there is one, bias. */
  readonly inputs: readonly string[];
  readonly epsilon: number;
  readonly inner: readonly string[];
}

/**
 * Recognises γ·(x − mean x)/√(var x + ε) + β over the last axis, which exports below opset 17 spell out in
 * eight or nine nodes, and writes LayerNormalization instead: its gradient is shorter and needs no
 * intermediate.
 *
 * @param keep values that callers ask for and that must not disappear
 * @returns how many were fused
 */
export function fuseLayerNorm(graph: Graph, keep: ReadonlySet<string> = new Set()): number {
  const matches = graph.nodes.flatMap((node) => {
    const match = isOp(node, 'Div') ? matchAt(graph, node) : undefined;
    return match && !match.inner.some((value) => keep.has(value) || graph.isOutput(value)) ? [match] : [];
  });
  const fused = new Map(matches.map((match) => [match.last, layerNormalization(match)]));
  const dropped = new Set(matches.flatMap(({ inner }) => inner));
  graph.nodes = graph.nodes
    .map((node) => fused.get(node) ?? node)
    .filter((node) => !node.output.some((output) => dropped.has(output)));
  graph.touch();
  return matches.length;
}

function layerNormalization({ last, inputs, epsilon }: Match): Node {
  return makeNode({
    op: 'LayerNormalization',
    name: last.name,
    inputs,
    outputs: last.output,
    attributes: { axis: -1, epsilon: float(epsilon) },
  });
}

function matchAt(graph: Graph, quotient: Node): Match | undefined {
  const centred = graph.producer(quotient.input[0] as string);
  const root = graph.producer(quotient.input[1] as string);
  if (!isOp(centred, 'Sub') || !isOp(root, 'Sqrt')) return undefined;
  const [x = '', meanValue = ''] = centred.input;
  const mean = graph.producer(meanValue);
  const shifted = graph.producer(root.input[0] as string);
  if (!isLastAxisMean(graph, mean) || mean.input[0] !== x || !isOp(shifted, 'Add')) return undefined;
  const epsilon = graph.constantScalar(shifted.input[1]) ?? graph.constantScalar(shifted.input[0]);
  const variance = shifted.input
    .map((input) => graph.producer(input))
    .find((node) => isLastAxisMean(graph, node));
  const square = graph.producer(variance?.input[0] ?? '');
  if (epsilon === undefined || !variance || !square) return undefined;
  const difference = square.input[0] as string;
  if (!isSquare(graph, square) || !isSameDifference(graph, difference, x, meanValue)) return undefined;
  const scaled = graph.soleConsumer(quotient.output[0] as string);
  const scale = scaled && isOp(scaled, 'Mul') ? vectorOperand(graph, scaled) : undefined;
  if (!scaled || !scale) return undefined;
  const shifting = graph.soleConsumer(scaled.output[0] as string);
  const bias = shifting && isOp(shifting, 'Add') ? vectorOperand(graph, shifting) : undefined;
  const last = shifting && bias ? shifting : scaled;
  const steps = [mean, centred, square, variance, shifted, root, quotient, ...(bias ? [scaled] : [])];
  const inner = steps.map((node) => node.output[0] as string);
  if (difference !== centred.output[0]) inner.push(difference);
  const within = new Set([...inner, last.output[0] as string]);
  const escapes = inner.some((value) =>
    graph.consumers(value).some((reader) => !within.has(reader.output[0] as string)),
  );
  return escapes ? undefined : { last, inputs: bias ? [x, scale, bias] : [x, scale], epsilon, inner };
}

function isLastAxisMean(graph: Graph, node: Node | undefined): node is Node {
  if (!isOp(node, 'ReduceMean') || intAttribute(node, 'keepdims', 1) !== 1) return false;
  const axes = intsAttribute(node, 'axes') ?? graph.constantNumbers(node.input[1]);
  return axes?.length === 1 && axes[0] === -1;
}

function isSquare(graph: Graph, node: Node): boolean {
  if (isOp(node, 'Pow')) return graph.constantScalar(node.input[1]) === 2;
  return isOp(node, 'Mul') && node.input[0] === node.input[1];
}

/** Exporters may write the same subtraction twice. */
function isSameDifference(graph: Graph, value: string, x: string, mean: string): boolean {
  const node = graph.producer(value);
  return isOp(node, 'Sub') && node.input[0] === x && node.input[1] === mean;
}

/** The constant vector among two operands. */
function vectorOperand(graph: Graph, node: Node): string | undefined {
  return node.input.find((input) => {
    const tensor = graph.initializers.get(input);
    return tensor !== undefined && tensorDims(tensor).length === 1;
  });
}
