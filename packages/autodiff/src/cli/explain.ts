import type { Gradient } from '../gradient.ts';

interface Asked {
  readonly of: readonly string[];
  readonly wrt: readonly string[];
  readonly output?: string;
}

/** The report of a gradient as text for a terminal. */
export function explain({ seeds, gradients, lifted, report }: Gradient, { of, wrt, output }: Asked): string {
  const { differentiated, stopped, nodesBefore, nodesAfter } = report;
  const counts = Object.entries(differentiated).sort(([, a], [, b]) => b - a);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const reasons = groupBy(stopped);
  const lines = [
    `d(${of.join(', ')}) / d(${wrt.join(', ')})${output ? ` → ${output}` : ''}`,
    '',
    'added inputs',
    ...Object.entries(seeds).map(([tensor, input]) => `  ${input}  the cotangent of ${tensor}, in its shape`),
    ...Object.values(lifted).flatMap((made) =>
      made.form === 'input'
        ? [`  ${made.input}  in place of the computed tensor`]
        : [`  ${made.scale}, ${made.delta}  tensor · scale + delta`],
    ),
    'added outputs',
    ...Object.values(gradients).map((name) => `  ${name}`),
    '',
    `differentiated: ${total} nodes`,
    ...counts.map(([op, count]) => `  ${String(count).padStart(5)}  ${op}`),
    `stopped: ${stopped.length} nodes`,
    ...[...reasons].flatMap(([reason, nodes]) => [`  ${reason}`, ...nodes.map((node) => `    ${node}`)]),
    '',
    `nodes before: ${nodesBefore}`,
    `nodes after:  ${nodesAfter}`,
  ];
  return `${lines.join('\n')}\n`;
}

function groupBy(stopped: Gradient['report']['stopped']): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { node, reason } of stopped) groups.set(reason, [...(groups.get(reason) ?? []), node]);
  return groups;
}
