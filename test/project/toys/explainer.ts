import { before, type Toy } from './toy.ts';

/** A method that finds every token alike. */
export const explainer: Toy = {
  kind: 'An explainer',
  files: {
    'packages/contracts/src/payload/explain-catalogue.ts': (old) =>
      before(
        before(old, "  'attention_rollout',", "  'toy',\n"),
        '  attention_rollout: {',
        "  toy: { needs: [], title: 'Toy', description: 'Finds every token alike.' },\n",
      ),
    'packages/explain/src/methods/toy.ts': () => `import type { Explainer } from '../explainer.ts';

export const toy: Explainer = {
  defaults: { reduction: 'sum', granularity: 'token' },
  cost: () => 1,
  async explain({ input }) {
    const values = new Float64Array(input.inputIds.length).fill(1);
    return { values, fBaseline: null, gap: null, nSteps: null };
  },
};
`,
    'packages/explain/src/registry.ts': (old) =>
      before(
        before(old, '  attention_rollout:', '  toy,\n'),
        'import { smoothGrads }',
        "import { toy } from './methods/toy.ts';\n",
      ),
  },
  proof: `
import { parseExplainOptions } from './packages/contracts/dist/index.js';
import { explain } from './packages/explain/dist/index.js';
const row = { inputIds: [7], typeIds: [0], tokens: ['a'], specialTokensMask: [0], wordIds: [0], sequenceIds: [0], offsets: [[0, 1]] };
const logits = { dtype: 'float32', shape: [2], data: Float32Array.of(0, 1) };
const context = {
  model: { identifier: 'm', capabilities: [], id2label: {}, hiddenSize: 1, layers: 1, padId: 0, maskId: null, unkId: null, positionsSkipPad: false },
  chunkRows: 1,
  signal: new AbortController().signal,
  monotonicMs: () => 0,
  reportProgress: () => {},
  forward: async ({ rows }) => rows.map(() => ({ logits })),
};
const instance = { texts: ['a'], windows: [row], prediction: { kind: 'class' } };
const found = await explain({ options: parseExplainOptions({ method: 'toy' }).options, instances: [instance] }, context);
if (!JSON.stringify(found).includes('"value":1')) throw new Error(JSON.stringify(found));
`,
};
