import { create } from '@bufbuild/protobuf';
import { type AttributeProto, AttributeProtoSchema, type GraphProto, type NodeProto } from './proto.ts';
import type { Tensor } from './tensor.ts';

/** `AttributeProto.AttributeType`, the part of it that operators of inference models use. */
const Kind = { FLOAT: 1, INT: 2, STRING: 3, TENSOR: 4, GRAPH: 5, FLOATS: 6, INTS: 7, STRINGS: 8 } as const;

/** A float attribute; a bare number stands for an int, since ONNX tells the two apart. */
export interface FloatAttribute {
  readonly float: number;
}

export type AttributeValue = number | readonly number[] | string | FloatAttribute | Tensor;

export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** Marks a number as a float attribute: `{ epsilon: float(1e-5) }`. */
export function float(value: number): FloatAttribute {
  return { float: value };
}

export function makeAttribute(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number') return attribute({ name, type: Kind.INT, i: BigInt(value) });
  if (typeof value === 'string')
    return attribute({ name, type: Kind.STRING, s: new TextEncoder().encode(value) });
  if (Array.isArray(value)) return attribute({ name, type: Kind.INTS, ints: value.map(BigInt) });
  if ('float' in value) return attribute({ name, type: Kind.FLOAT, f: value.float });
  return attribute({ name, type: Kind.TENSOR, t: value as Tensor });
}

function attribute(fields: Parameters<typeof create<typeof AttributeProtoSchema>>[1]): AttributeProto {
  return create(AttributeProtoSchema, fields);
}

export function attributeOf(node: NodeProto, name: string): AttributeProto | undefined {
  return node.attribute.find((candidate) => candidate.name === name);
}

export function intAttribute(node: NodeProto, name: string): number | undefined;
export function intAttribute(node: NodeProto, name: string, fallback: number): number;
export function intAttribute(node: NodeProto, name: string, fallback?: number): number | undefined {
  const found = attributeOf(node, name);
  return found ? Number(found.i) : fallback;
}

export function floatAttribute(node: NodeProto, name: string, fallback: number): number {
  return attributeOf(node, name)?.f ?? fallback;
}

export function intsAttribute(node: NodeProto, name: string): number[] | undefined {
  return attributeOf(node, name)?.ints.map(Number);
}

export function stringAttribute(node: NodeProto, name: string, fallback: string): string {
  const found = attributeOf(node, name);
  return found ? new TextDecoder().decode(found.s) : fallback;
}

export function tensorAttribute(node: NodeProto, name: string): Tensor | undefined {
  return attributeOf(node, name)?.t;
}

/** The bodies of control flow held by a node (If, Loop, Scan). */
export function subgraphs(node: NodeProto): GraphProto[] {
  return node.attribute.flatMap((found) => (found.g ? [found.g, ...found.graphs] : found.graphs));
}
