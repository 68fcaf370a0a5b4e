import { create } from '@bufbuild/protobuf';
import { attributeOf } from '../attribute.ts';
import type { Graph } from '../graph.ts';
import { copyNode, type Node } from '../node.ts';
import { AttributeProtoSchema, type FunctionProto } from '../proto.ts';

/** Puts the bodies of model-local functions in the place of their calls, until none is left. */
export function inlineFunctions(graph: Graph): void {
  const functions = new Map(graph.functions.map((found) => [key(found.domain, found.name), found]));
  if (functions.size === 0) return;
  while (graph.nodes.some((node) => functions.has(key(node.domain, node.opType)))) {
    graph.nodes = graph.nodes.flatMap((node) => {
      const body = functions.get(key(node.domain, node.opType));
      return body ? callBody(graph, node, body) : [node];
    });
  }
  for (const body of functions.values())
    for (const { domain, version } of body.opsetImport) graph.requireOpset(domain, Number(version));
  graph.touch();
}

function key(domain: string, name: string): string {
  return `${domain}:${name}`;
}

/** The body with parameters replaced by the caller's values, and all other names made fresh. */
function callBody(graph: Graph, call: Node, body: FunctionProto): Node[] {
  const names = new Map<string, string>([['', '']]);
  body.input.forEach((parameter, index) => {
    names.set(parameter, call.input[index] ?? '');
  });
  body.output.forEach((result, index) => {
    names.set(result, call.output[index] || graph.freshName(result));
  });
  const local = (name: string) => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const fresh = graph.freshName(`${call.name || call.opType}/${name}`);
    names.set(name, fresh);
    return fresh;
  };
  return body.node.map((node) => {
    const copy = copyNode(node);
    copy.name = `${call.name}/${node.name}`;
    copy.input = node.input.map(local);
    copy.output = node.output.map(local);
    copy.attribute = node.attribute.flatMap((found) => bindAttribute(found, call, body));
    return copy;
  });
}

/**
 * An attribute that refers to a parameter of the function takes the caller's value, or the declared default.
 */
function bindAttribute(
  attribute: Node['attribute'][number],
  call: Node,
  body: FunctionProto,
): Node['attribute'] {
  if (!attribute.refAttrName) return [attribute];
  const given =
    attributeOf(call, attribute.refAttrName) ??
    body.attributeProto.find((found) => found.name === attribute.refAttrName);
  return given ? [Object.assign(create(AttributeProtoSchema), given, { name: attribute.name })] : [];
}
