import { type Graph, makeNode, makeValueInfo, type Node, type Value } from '@tessera/onnx';
import { axesUpTo } from './graph-builder.ts';
import type { Shapes } from './shapes.ts';
import { fixedLength } from './shapes.ts';
import type { Target } from './targets.ts';

/** How a tensor can be fed: replaced by an input, or scaled and shifted on its way. */
export type LiftForm = 'input' | 'affine';

/** The inputs that a lifted tensor got. */
export type Lifted =
  | { readonly form: 'input'; readonly input: string }
  | { readonly form: 'affine'; readonly scale: string; readonly delta: string };

/**
 * Makes a tensor of the graph steerable from outside. Readers of the tensor then read
 *
 * - `input`: a new model input of the same shape, in place of the computed value;
 * - `affine`: value · scale + delta, where both inputs broadcast (1 and 0 leave the tensor as it is). With
 *   scale per row [B,1,1] and delta per element this covers noise (smooth gradients) and paths to a baseline
 *   (integrated gradients).
 *
 * @returns the inputs, and the value that readers now read; gradients are taken there.
 */
export function lift(
  graph: Graph,
  shapes: Shapes,
  target: Target,
  form: LiftForm,
): { lifted: Lifted; value: Value } {
  return form === 'input' ? liftAsInput(graph, shapes, target) : liftAsAffine(graph, shapes, target);
}

function liftAsInput(
  graph: Graph,
  shapes: Shapes,
  { name, value }: Target,
): { lifted: Lifted; value: Value } {
  const input = graph.freshName(name === 'embeddings' ? 'inputs_embeds' : `feed/${name}`);
  const dims = shapes.axesOf(value).map((axis, index) => fixedLength(axis) ?? `${input}_${index}`);
  graph.redirect(value, input);
  graph.inputs = [...graph.inputs, makeValueInfo(input, shapes.typeOf(value), dims)];
  shapes.copy(value, input);
  return { lifted: { form: 'input', input }, value: input };
}

function liftAsAffine(
  graph: Graph,
  shapes: Shapes,
  { name, value }: Target,
): { lifted: Lifted; value: Value } {
  const rank = shapes.axesOf(value).length;
  const [scale, delta, scaled, moved] = ['scale', 'delta', 'scaled', 'moved'].map((part) =>
    graph.freshName(`${name}/${part}`),
  ) as [string, string, string, string];
  const product = makeNode({ op: 'Mul', inputs: [value, scale], outputs: [scaled] });
  const sum = makeNode({ op: 'Add', inputs: [scaled, delta], outputs: [moved] });
  graph.redirect(value, moved);
  insertAfter(graph, value, [product, sum]);
  const inputs = [scale, delta].map((input) =>
    makeValueInfo(
      input,
      shapes.typeOf(value),
      axesUpTo(rank).map((axis) => `${input}_${axis}`),
    ),
  );
  graph.inputs = [...graph.inputs, ...inputs];
  for (const made of [scaled, moved]) shapes.copy(value, made);
  return { lifted: { form: 'affine', scale, delta }, value: moved };
}

function insertAfter(graph: Graph, value: Value, nodes: readonly Node[]): void {
  const place = graph.nodes.findIndex((node) => node.output.includes(value)) + 1;
  graph.nodes = graph.nodes.toSpliced(place, 0, ...nodes);
  graph.touch();
}
