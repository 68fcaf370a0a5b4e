import { before, type Toy } from './toy.ts';

/** A task that counts its inputs. */
export const task: Toy = {
  kind: 'A task',
  files: {
    'packages/contracts/src/names.ts': (old) => before(old, "  'generation',\n] as const;", "  'toy',\n"),
    'packages/contracts/src/payload/task-options.ts': (old) =>
      before(
        before(
          old,
          '  generation: generationOptions,',
          '  toy: z.object({ loud: z.boolean().default(false) }),\n',
        ),
        "  generation: 'generation',",
        "  toy: 'base',\n",
      ),
    'packages/contracts/src/requests/submit-task.ts': (old) =>
      before(
        old,
        "  z.strictObject({\n    task: z.literal('generation')",
        "  z.strictObject({\n    task: z.literal('toy'),\n    options: taskOptions.toy.strict().prefault({}),\n    ...submitFields,\n  }),\n",
      ),
    'packages/tasks/src/toy/head.ts': () => `import type { TaskHead } from '../head.ts';

export const toy: TaskHead<'toy'> = {
  task: 'toy',
  run: async ({ input, options }) => ({
    prediction: { count: input.length, loud: options.loud },
    tensors: {},
    warnings: [],
  }),
};
`,
    'packages/tasks/src/registry.ts': (old) =>
      before(
        before(old, '  generation,\n} as const', '  toy,\n'),
        '\n/** The head of every task',
        "import { toy } from './toy/head.ts';\n",
      ),
    'packages/serving/src/store/describe-model.ts': (old) =>
      before(old, '  [/ForTokenClassification$/', "  [/ForToys$/, ['toy']],\n"),
    'packages/inspect/src/contexts/instances.ts': (old) =>
      before(old, "    case 'token-classification':", "    case 'toy':\n"),
    'packages/dialects/src/square/decode-options.ts': (old) =>
      before(
        old,
        '  embedding: (kwargs) => ({',
        "  toy: (kwargs) => ({ loud: kwargs.boolean('loud', false) }),\n",
      ),
    'packages/dialects/src/square/encode-prediction.ts': (old) =>
      before(
        before(old, '  generation: {', '  toy: { count: 0 },\n'),
        '  generation: ({',
        '  toy: ({ count }) => ({ count }),\n',
      ),
    'packages/contracts/src/results/prediction.ts': (old) =>
      before(old, '  generation: z.object({', '  toy: z.object({ count: z.int(), loud: z.boolean() }),\n'),
  },
  proof: `
import { jobPayload } from './packages/contracts/dist/index.js';
import { runTask } from './packages/tasks/dist/index.js';
const found = await runTask(jobPayload.parse({ task: 'toy', input: ['a', 'b'] }), {});
if (!JSON.stringify(found).includes('"count":2')) throw new Error(JSON.stringify(found));
`,
};
