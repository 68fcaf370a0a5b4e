import { attributeOf, makeAttribute } from '../attribute.ts';
import { DataType, isHalf } from '../data-type.ts';
import type { Graph } from '../graph.ts';
import { isOp, makeNode, type Node } from '../node.ts';
import { floatTensor, renamedTensor, type Tensor, tensorDims, tensorFloats, tensorSize } from '../tensor.ts';
import { declaredType } from '../value-info.ts';

/**
 * Weights up to this many elements are converted at once; larger ones stay 16-bit in the file behind a Cast.
 */
const convertedAtOnce = 4096;

/**
 * Lets a 16-bit float model compute in float32: onnxruntime's CPU kernels do so anyway, with a cast around
 * each. Weights stay 16-bit in the file; inputs and outputs keep their declared types.
 *
 * @returns whether the graph had anything to widen
 */
export function widenHalves(graph: Graph): boolean {
  const halves = [...graph.initializers.values()].filter((tensor) => isHalf(tensor.dataType));
  const inputs = graph.inputs.filter((input) => isHalf(declaredType(input) ?? 0));
  if (halves.length === 0 && inputs.length === 0) return false;
  const casts: Node[] = [];
  for (const tensor of halves) widenWeight(graph, tensor, casts);
  for (const { name } of inputs) {
    const widened = graph.freshName(`${name}/float`);
    graph.redirect(name, widened);
    casts.push(
      makeNode({ op: 'Cast', inputs: [name], outputs: [widened], attributes: { to: DataType.FLOAT } }),
    );
  }
  for (const node of graph.nodes) widenAttributes(node);
  graph.nodes = [...casts, ...graph.nodes];
  graph.touch();
  narrowOutputs(graph);
  return true;
}

function widenWeight(graph: Graph, tensor: Tensor, casts: Node[]): void {
  const { name } = tensor;
  if (tensorSize(tensor) <= convertedAtOnce) {
    const resolved = graph.constant(name) as Tensor;
    graph.initializers.set(name, floatTensor(name, tensorDims(tensor), tensorFloats(resolved)));
    return;
  }
  const stored = graph.freshName(`${name}/half`);
  graph.initializers.delete(name);
  graph.addInitializer(renamedTensor(tensor, stored));
  casts.push(makeNode({ op: 'Cast', inputs: [stored], outputs: [name], attributes: { to: DataType.FLOAT } }));
}

/** Casts to a half type become casts to float32; so do typed constants inside attributes. */
function widenAttributes(node: Node): void {
  const to = attributeOf(node, 'to');
  if (isOp(node, 'Cast') && to && isHalf(Number(to.i)))
    node.attribute = node.attribute.map((found) =>
      found === to ? makeAttribute('to', DataType.FLOAT) : found,
    );
  const value = attributeOf(node, 'value')?.t;
  if (value && isHalf(value.dataType)) {
    const widened = makeAttribute('value', floatTensor('', tensorDims(value), tensorFloats(value)));
    node.attribute = node.attribute.map((found) => (found.name === 'value' ? widened : found));
  }
}

function narrowOutputs(graph: Graph): void {
  for (const output of graph.outputs) {
    const type = declaredType(output);
    const producer = graph.producer(output.name);
    if (type === undefined || !isHalf(type) || !producer) continue;
    const wide = graph.freshName(`${output.name}/float`);
    for (const node of graph.nodes)
      node.input = node.input.map((input) => (input === output.name ? wide : input));
    producer.output = producer.output.map((name) => (name === output.name ? wide : name));
    graph.nodes.push(
      makeNode({ op: 'Cast', inputs: [wide], outputs: [output.name], attributes: { to: type } }),
    );
  }
  graph.touch();
}
