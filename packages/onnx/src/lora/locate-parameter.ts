import { intAttribute } from '../attribute.ts';
import { isConstant } from '../embedding.ts';
import type { Value } from '../emitter.ts';
import type { Graph } from '../graph.ts';
import { isOp, type Node } from '../node.ts';

/** A parameter of a module inside the graph. */
export interface Parameter {
  readonly value: Value;
  /** Whether a linear weight is stored as [in, out], as MatMul wants it, and not as PyTorch's [out, in]. */
  readonly transposed: boolean;
}

/**
 * Finds the weight of a module such as `bert.encoder.layer.0.attention.self.query`: by its own name, by the
 * name of the node the exporter made from the module, or by the module's bias, which keeps its name when the
 * weight loses it.
 */
export function locateWeight(graph: Graph, module: string): Parameter | undefined {
  return namedWeight(graph, module) ?? weightOfNode(graph, module) ?? weightBesideBias(graph, module);
}

/** Finds the bias of a module by name, or beside its weight. */
export function locateBias(graph: Graph, module: string): Parameter | undefined {
  const named = valueNamed(graph, `${module}.bias`);
  if (named) return { value: named, transposed: false };
  const weight = locateWeight(graph, module);
  const reader = weight && readerOf(graph, weight.value);
  if (isOp(reader, 'Gemm', 'Conv') && reader.input[2]) return { value: reader.input[2], transposed: false };
  const sum = reader && graph.soleConsumer(reader.output[0] as Value);
  const bias = isOp(sum, 'Add') ? sum.input.find((input) => graph.initializers.has(input)) : undefined;
  return bias === undefined ? undefined : { value: bias, transposed: false };
}

function namedWeight(graph: Graph, module: string): Parameter | undefined {
  const value = valueNamed(graph, `${module}.weight`);
  return value === undefined ? undefined : oriented(graph, value);
}

function weightOfNode(graph: Graph, module: string): Parameter | undefined {
  for (const node of graph.nodes) {
    if (!isOp(node, 'MatMul', 'Gemm', 'Gather', 'Conv')) continue;
    const path = node.name.replaceAll('/', '.').replace(/^\./, '').split('.').slice(0, -1).join('.');
    const weight = node.input.slice(0, 2).find((input) => isConstant(graph, input));
    if (weight !== undefined && samePath(path, module)) return oriented(graph, weight);
  }
  return undefined;
}

function weightBesideBias(graph: Graph, module: string): Parameter | undefined {
  const bias = valueNamed(graph, `${module}.bias`);
  for (const sum of bias === undefined ? [] : graph.consumers(bias)) {
    if (isOp(sum, 'Gemm', 'Conv')) return oriented(graph, sum.input[1] as Value);
    for (const input of isOp(sum, 'Add') ? sum.input : []) {
      const product = graph.producer(input);
      const weight = isOp(product, 'MatMul')
        ? product.input.find((operand) => isConstant(graph, operand))
        : undefined;
      if (weight !== undefined) return oriented(graph, weight);
    }
  }
  return undefined;
}

/** A constant called `path`, give or take the prefix of a wrapper on either side. */
function valueNamed(graph: Graph, path: string): Value | undefined {
  const computed = graph.nodes
    .filter(
      (node) =>
        isOp(node, 'DequantizeLinear', 'Cast', 'Transpose') && isConstant(graph, node.output[0] as Value),
    )
    .map((node) => node.output[0] as Value);
  const candidates = [...graph.initializers.keys(), ...computed];
  return candidates.find((name) => name === path) ?? candidates.find((name) => samePath(name, path));
}

/**
 * Equal paths, or one is the other below a wrapper: `m.bert.pooler` and `bert.pooler`. At least two parts
 * must agree.
 */
function samePath(a: string, b: string): boolean {
  if (a === b) return true;
  const [longer, shorter] = a.length > b.length ? [a, b] : [b, a];
  return shorter.includes('.') && longer.endsWith(`.${shorter}`);
}

/** Tells the orientation of a weight by the operator that reads it. */
function oriented(graph: Graph, value: Value): Parameter {
  const reader = graph.consumers(value)[0];
  if (isOp(reader, 'Transpose')) {
    const behind = oriented(graph, reader.output[0] as Value);
    return { value, transposed: !behind.transposed };
  }
  if (isOp(reader, 'Gemm')) return { value, transposed: intAttribute(reader, 'transB', 0) === 0 };
  return { value, transposed: isOp(reader, 'MatMul') };
}

function readerOf(graph: Graph, value: Value): Node | undefined {
  const reader = graph.consumers(value)[0];
  return isOp(reader, 'Transpose') ? readerOf(graph, reader.output[0] as Value) : reader;
}
