import { attributeOf, intsAttribute } from '../attribute.ts';
import { resolveTensor } from '../external-data.ts';
import type { Graph } from '../graph.ts';
import { isOp, type Node } from '../node.ts';
import { floatTensor, int64Tensor, renamedTensor, type Tensor } from '../tensor.ts';

/**
 * Turns Constant nodes into initializers and removes Identity nodes of initializers, by which the legacy
 * torch exporter shares equal parameters. After this pass "is it constant" is one look into
 * `graph.initializers`.
 */
export function liftConstants(graph: Graph): void {
  const alias = new Map<string, string>();
  const kept: Node[] = [];
  for (const node of graph.nodes) {
    node.input = node.input.map((input) => alias.get(input) ?? input);
    const output = node.output[0] as string;
    const tensor = isOp(node, 'Constant') ? constantOf(node, graph) : undefined;
    if (tensor) graph.addInitializer(renamedTensor(tensor, output));
    else if (
      isOp(node, 'Identity') &&
      graph.initializers.has(node.input[0] as string) &&
      !graph.isOutput(output)
    )
      alias.set(output, node.input[0] as string);
    else kept.push(node);
  }
  graph.nodes = kept;
  graph.touch();
}

/** The tensor of a Constant node; undefined for the forms nobody computes with (strings, sparse). */
function constantOf(node: Node, graph: Graph): Tensor | undefined {
  const tensor = attributeOf(node, 'value')?.t;
  if (tensor) return resolveTensor(graph.external, tensor);
  const int = attributeOf(node, 'value_int');
  if (int) return int64Tensor('', [], [Number(int.i)]);
  const ints = intsAttribute(node, 'value_ints');
  if (ints) return int64Tensor('', [ints.length], ints);
  const float = attributeOf(node, 'value_float');
  if (float) return floatTensor('', [], [float.f]);
  const floats = attributeOf(node, 'value_floats')?.floats;
  return floats && floatTensor('', [floats.length], floats);
}
