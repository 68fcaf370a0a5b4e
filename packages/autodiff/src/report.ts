import { AppError } from '@tessera/base';
import type { Graph } from '@tessera/onnx';
import type { GradientOptions } from './gradient-options.ts';
import { nodeLabel, type Path, type Remark } from './path.ts';

/** What `gradient` did, for people. */
export interface GradientReport {
  /** How many nodes of each operator were differentiated. */
  readonly differentiated: Readonly<Record<string, number>>;
  /** Nodes on the way at which the gradient ended, with the reason. */
  readonly stopped: readonly { readonly node: string; readonly reason: string }[];
  readonly nodesBefore: number;
  readonly nodesAfter: number;
}

export function reportOf(graph: Graph, path: Path, nodesBefore: number): GradientReport {
  const differentiated: Record<string, number> = {};
  for (const node of path.nodes) {
    const name = node.opType;
    differentiated[name] = (differentiated[name] ?? 0) + 1;
  }
  return {
    differentiated,
    stopped: path.stopped.map(({ node, reason }) => ({ node: nodeLabel(node), reason })),
    nodesBefore,
    nodesAfter: graph.nodes.length,
  };
}

/**
 * Throws unless every operator on the path has a rule and the path exists; names everything that is missing.
 */
export function requireDifferentiable(
  graph: Graph,
  path: Path,
  { of, wrt }: Pick<GradientOptions, 'of' | 'wrt'>,
): void {
  if (path.unsupported.length > 0) {
    const operators = describeUnsupported(path.unsupported, graph.opset);
    const hint = 'Export the model without them, or add a rule (docs/adding-an-operator.md).';
    throw new AppError('GRADIENT_UNSUPPORTED', { detail: { operators, hint } });
  }
  if (path.nodes.length === 0 && !of.some((value) => path.values.has(value)))
    throw new AppError('GRADIENT_UNREACHABLE', { detail: { wrt: wrt.join(', '), of: of.join(', ') } });
}

/** `Foo (ai.onnx, opset 17): there is no rule for it; nodes "a", "b"`, one entry per operator and reason. */
export function describeUnsupported(unsupported: readonly Remark[], opset: number): string {
  const groups = new Map<string, string[]>();
  for (const { node, reason } of unsupported) {
    const domain = node.domain || 'ai.onnx';
    const version = domain === 'ai.onnx' ? `, opset ${opset}` : '';
    const key = `${node.opType} (${domain}${version}): ${reason}`;
    groups.set(key, [...(groups.get(key) ?? []), `"${node.name || node.output[0]}"`]);
  }
  return [...groups].map(([key, nodes]) => `${key}; nodes ${nodes.join(', ')}`).join('; ');
}
