import type { Value } from '@tessera/onnx';
import { Accumulator } from './accumulate.ts';
import { type GraphBuilder, unsupportedForm } from './graph-builder.ts';
import { flowsThrough, type Path } from './path.ts';
import { findRule } from './rules/registry.ts';
import { undoBroadcast } from './undo-broadcast.ts';

/**
 * Reverse-mode differentiation, all of it: visit the nodes of the path from last to first; by then everything
 * that reads a node's outputs has been visited, so their gradients are complete; ask the node's rule for the
 * gradients of its inputs, undo broadcasting, and add them up.
 *
 * @param seeds dL/d(value) for each value the caller differentiates
 * @returns the accumulated gradients, one per value of the path that a gradient reached
 */
export function walkBack(g: GraphBuilder, path: Path, seeds: ReadonlyMap<Value, Value>): Accumulator {
  const gradients = new Accumulator(g);
  for (const [value, seed] of seeds) gradients.add(value, seed);

  for (const node of path.nodes.toReversed()) {
    const dys = node.output.map((output) => gradients.total(output));
    if (dys.every((dy) => dy === undefined)) continue;
    const rule = findRule(node);
    const wants = (index: number) =>
      flowsThrough(rule.flows, index) && path.values.has(node.input[index] ?? '');

    const context = { g, node, x: node.input, ys: node.output, dys, wants };
    const dxs = rule.backward({
      ...context,
      y: node.output[0] as Value,
      get dy() {
        if (dys[0] === undefined) throw unsupportedForm(node, 'the gradient arrives at a secondary output');
        return dys[0];
      },
    });

    dxs.forEach((dx, index) => {
      if (!dx || !wants(index)) return;
      const x = node.input[index] as Value;
      gradients.add(x, rule.broadcasts ? undoBroadcast(g, dx, g.axes(node.output[0] as Value), x) : dx);
    });
  }
  return gradients;
}
