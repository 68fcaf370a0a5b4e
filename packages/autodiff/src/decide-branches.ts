import {
  constantCondition,
  type Graph,
  inlineBranches,
  isOp,
  liftConstants,
  type Value,
} from '@tessera/onnx';
import { type Observed, openProbe } from './probe.ts';
import type { ProbeInput } from './probe-tensor.ts';

/**
 * Replaces every If whose condition hangs on shapes alone and comes out the same at every size tried.
 *
 * Traced code such as `if a.size(1) != b.size(1)` leaves such nodes; the exporter cannot know that the sizes
 * always agree. A condition that reads the values of an input is never decided here.
 */
export async function decideBranches(graph: Graph): Promise<void> {
  while (true) {
    const conditions = graph.nodes
      .filter((node) => isOp(node, 'If'))
      .map((node) => node.input[0] as Value)
      .filter((condition) => hangsOnShapesOnly(graph, condition));
    if (conditions.length === 0) return;
    const ways = await observeConditions(graph, [...new Set(conditions)]);
    if (inlineBranches(graph, (condition) => ways.get(condition)) === 0) return;
    liftConstants(graph);
    while (inlineBranches(graph, constantCondition(graph)) > 0) liftConstants(graph);
  }
}

async function observeConditions(graph: Graph, conditions: readonly Value[]): Promise<Map<Value, boolean>> {
  const probe = await openProbe(graph, conditions);
  try {
    const runs: Observed[] = [];
    for (const input of probe.inputs) runs.push(await probe.run(input));
    const single = probe.inputs.slice(0, 1).flatMap((input): ProbeInput[] => [
      { ...input, batch: 1 },
      { ...input, length: 1 },
      { ...input, batch: 1, length: 1 },
    ]);
    // Sizes of one are where exported comparisons differ most; a model may reject them, which says nothing.
    for (const input of single) {
      const run = await probe.run(input).catch(() => undefined);
      if (run) runs.push(run);
    }
    const ways = new Map<Value, boolean>();
    for (const condition of conditions) {
      const seen = new Set(runs.map((run) => Boolean(run[condition]?.data[0])));
      if (seen.size === 1) ways.set(condition, seen.has(true));
    }
    return ways;
  } finally {
    await probe.close();
  }
}

/** Whether a value is computed from constants and shapes, never from the elements of an input. */
function hangsOnShapesOnly(graph: Graph, value: Value, seen = new Map<Value, boolean>()): boolean {
  if (value === '' || graph.initializers.has(value)) return true;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const node = graph.producer(value);
  const answer =
    node !== undefined &&
    (isOp(node, 'Shape', 'Size') ||
      (!isOp(node, 'If', 'Loop', 'Scan') &&
        node.input.every((input) => hangsOnShapesOnly(graph, input, seen))));
  seen.set(value, answer);
  return answer;
}
