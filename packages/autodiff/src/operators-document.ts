import { decomposedOperators } from '@tessera/onnx';
import { entries } from './rules/index.ts';

/** docs/onnx-operators.md, written from the registry. */
export function operatorsDocument(): string {
  const name = ({ op, domain }: { op: string; domain: string }) =>
    `\`${domain === '' ? op : `${domain}.${op}`}\``;
  const rules = entries.filter((entry) => entry.kind === 'rule').map(name);
  const reasons = new Map<string, string[]>();
  for (const entry of entries)
    if (entry.kind === 'stop') reasons.set(entry.reason, [...(reasons.get(entry.reason) ?? []), name(entry)]);
  return `# Operators

Written from the registry by \`node packages/autodiff/scripts/write-operators.mjs\`; a test compares. How to add one:
[adding-an-operator.md](adding-an-operator.md).

## Differentiated by a rule (${rules.length})

${rules.sort().join(' ')}

## Taken apart first (${decomposedOperators.length})

Fused operators of onnxruntime's optimisers and of newer opsets are written in simpler ones before anything else.

${decomposedOperators
  .map((op) => `\`${op}\``)
  .sort()
  .join(' ')}

Products in dynamic int8 (\`DynamicQuantizeLinear\`, \`MatMulInteger\`, \`com.microsoft.DynamicQuantizeMatMul\`,
\`com.microsoft.MatMulIntegerToFloat\`) become float products of the stored weights; lists of tensors
(\`SplitToSequence\`, \`SequenceAt\`, \`SequenceConstruct\`, \`ConcatFromSequence\`) become slices and concatenations; an
\`If\` whose condition is constant, or hangs on shapes alone and comes out the same at every size, is replaced by its
branch; model-local functions are inlined.

## Stops: the gradient ends here

| reason | operators |
|---|---|
${[...reasons].map(([reason, ops]) => `| ${reason} | ${ops.sort().join(' ')} |`).join('\n')}

A \`Cast\` to integers or booleans, and \`Mod\` without \`fmod\`, stop as well. Anything else between \`wrt\` and \`of\` is an
error that names every such operator with domain, opset and nodes.
`;
}
