import { create } from '@bufbuild/protobuf';
import { type Attributes, type AttributeValue, makeAttribute, subgraphs } from './attribute.ts';
import { type GraphProto, type NodeProto, NodeProtoSchema } from './proto.ts';

/** One operator application. An empty name among inputs or outputs means "left out". */
export type Node = NodeProto;

export interface NodeFields {
  readonly op: string;
  readonly domain?: string;
  readonly name?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Attributes;
}

export function makeNode({ op, domain = '', name, inputs, outputs, attributes = {} }: NodeFields): Node {
  const given = Object.entries(attributes).filter(
    (entry): entry is [string, AttributeValue] => entry[1] !== undefined,
  );
  return create(NodeProtoSchema, {
    opType: op,
    domain,
    name: name ?? outputs.find((output) => output !== '') ?? op,
    input: [...inputs],
    output: [...outputs],
    attribute: given.map(([key, value]) => makeAttribute(key, value)),
  });
}

/** A copy whose input, output and attribute lists can change without touching the original. */
export function copyNode(node: Node): Node {
  const copy = Object.assign(create(NodeProtoSchema), node);
  copy.input = [...node.input];
  copy.output = [...node.output];
  copy.attribute = [...node.attribute];
  return copy;
}

/** The operator's full name: `Gelu`, or `com.microsoft.Gelu` outside ONNX's own domain. */
export function operatorName(node: Node): string {
  return isStandard(node) ? node.opType : `${node.domain}.${node.opType}`;
}

export function isStandard(node: Node): boolean {
  return node.domain === '' || node.domain === 'ai.onnx';
}

/** Whether the node is one of these operators of ONNX's own domain. */
export function isOp<const Op extends string>(
  node: Node | undefined,
  ...ops: readonly Op[]
): node is Node & { readonly opType: Op } {
  return node !== undefined && isStandard(node) && ops.includes(node.opType as Op);
}

/**
 * Every value a node reads: its inputs and, for control flow, the outer values its bodies capture by name.
 */
export function readValues(node: Node): string[] {
  const named = node.input.filter((input) => input !== '');
  return [...named, ...capturedValues(node)];
}

/** Outer values that the bodies of a control-flow node read by name. */
export function capturedValues(node: Node): string[] {
  return subgraphs(node).flatMap(freeValues);
}

function freeValues(graph: GraphProto): string[] {
  const own = new Set<string>([
    ...graph.input.map((input) => input.name),
    ...graph.initializer.map((tensor) => tensor.name),
    ...graph.node.flatMap((node) => node.output),
  ]);
  const read = [...graph.node.flatMap(readValues), ...graph.output.map((output) => output.name)];
  return read.filter((name) => !own.has(name));
}
