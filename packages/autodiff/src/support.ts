import { Graph, isConstant, type Model, operatorName } from '@tessera/onnx';
import type { GradientOptions } from './gradient-options.ts';
import { normalise } from './normalise.ts';
import { findPath, nodeLabel } from './path.ts';
import { resolveTargets } from './targets.ts';

/** Whether a model can be differentiated, and what stands in the way. */
export interface Support {
  readonly supported: boolean;
  /** Nodes without a rule between `wrt` and `of`. */
  readonly missing: readonly MissingOperator[];
  /** Nodes at which the gradient ends by the operator's nature. */
  readonly stopped: readonly { readonly node: string; readonly reason: string }[];
  /** Whether anything differentiable leads from `wrt` to `of`. */
  readonly reachable: boolean;
}

export interface MissingOperator {
  readonly operator: string;
  readonly domain: string;
  readonly opset: number;
  readonly node: string;
  readonly reason: string;
}

/** Looks what `gradient` would need, without writing any node. */
export async function support(
  model: Model,
  { of, wrt }: Pick<GradientOptions, 'of' | 'wrt'>,
): Promise<Support> {
  const graph = new Graph(model);
  await normalise(graph, [...of, ...wrt]);
  const sources = resolveTargets(graph, wrt).map(({ value }) => value);
  const path = findPath(graph, sources, of);
  const reachable = of.some((value) => path.values.has(value));
  return {
    supported: reachable && path.unsupported.length === 0,
    missing: path.unsupported.map(({ node, reason }) => ({
      operator: operatorName(node),
      domain: node.domain || 'ai.onnx',
      opset: graph.opset,
      node: node.name || (node.output[0] ?? ''),
      reason,
    })),
    stopped: path.stopped
      .filter(({ node }) => !node.output.every((output) => isConstant(graph, output)))
      .map(({ node, reason }) => ({ node: nodeLabel(node), reason })),
    reachable,
  };
}
