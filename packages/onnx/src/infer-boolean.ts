import { intAttribute } from './attribute.ts';
import { DataType } from './data-type.ts';
import type { Graph } from './graph.ts';
import { declaredType } from './value-info.ts';

const yieldsBoolean: ReadonlySet<string> = new Set([
  'And',
  'Or',
  'Xor',
  'Not',
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'IsNaN',
  'IsInf',
]);

/** Whether a value holds booleans, as far as declarations and the operators before it tell. */
export function isBoolean(graph: Graph, value: string): boolean {
  const declared = graph.declaration(value);
  const type = declared && declaredType(declared);
  if (type !== undefined) return type === DataType.BOOL;
  const constant = graph.initializers.get(value);
  if (constant) return constant.dataType === DataType.BOOL;
  const node = graph.producer(value);
  if (!node) return false;
  if (yieldsBoolean.has(node.opType)) return true;
  if (node.opType === 'Cast') return intAttribute(node, 'to', 0) === DataType.BOOL;
  const source = node.opType === 'Where' ? node.input[1] : node.input[0];
  return source !== undefined && source !== '' && isBoolean(graph, source);
}
