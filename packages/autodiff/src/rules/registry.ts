import { AppError } from '@tessera/base';
import type { Node } from '@tessera/onnx';
import { isStandard, operatorName } from '@tessera/onnx';
import type { Entry, Rule } from '../rule.ts';
import { entries } from './index.ts';

const byName = new Map<string, Entry>(
  entries.map((entry) => [entry.domain === '' ? entry.op : `${entry.domain}.${entry.op}`, entry]),
);

/** The registry's entry for a node, or undefined when nothing is known about its operator. */
export function findEntry(node: Node): Entry | undefined {
  return byName.get(isStandard(node) ? node.opType : operatorName(node));
}

/** The rule of a node that is known to have one. */
export function findRule(node: Node): Rule {
  const entry = findEntry(node);
  if (entry?.kind === 'rule') return entry;
  throw new AppError('GRADIENT_UNSUPPORTED', { detail: { operators: operatorName(node), hint: '' } });
}
