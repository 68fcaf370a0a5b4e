import { before, type Toy } from './toy.ts';

/** An attack that changes nothing. */
export const attack: Toy = {
  kind: 'An attack',
  files: {
    'packages/contracts/src/payload/attack-catalogue.ts': (old) =>
      before(
        before(old, "  'deepwordbug',", "  'toy',\n"),
        '  deepwordbug: {',
        "  toy: { needs: [], description: 'Changes nothing.' },\n",
      ),
    'packages/attack/src/recipes/toy.ts': () => `import { type Recipe, startScored } from './recipe.ts';

export const toy: Recipe = {
  run: async (call) => ({ steps: [startScored(call)], success: false, indices: [] }),
};
`,
    'packages/attack/src/registry.ts': (old) =>
      before(
        before(old, '  deepwordbug:', '  toy,\n'),
        'import { universalTriggers }',
        "import { toy } from './recipes/toy.ts';\n",
      ),
  },
  proof: `
import { parseAttackOptions } from './packages/contracts/dist/index.js';
import { attack } from './packages/attack/dist/index.js';
const context = {
  model: { identifier: 'm', capabilities: [], id2label: {} },
  chunkRows: 1,
  signal: new AbortController().signal,
  monotonicMs: () => 0,
  reportProgress: () => {},
  predict: async (units) => units.map(() => ({ kind: 'class', label: 0, probabilities: [1, 0] })),
};
const found = await attack({ options: parseAttackOptions({ method: 'toy' }).options, units: [['a text']] }, context);
if (!JSON.stringify(found).includes('"success":false')) throw new Error(JSON.stringify(found));
`,
};
