import { z } from 'zod';
import { modelClasses, modelTypes, taskNames } from '../names.ts';
import { modelEntry, modelUpdate, newModelIdentifier, onnxFile } from '../views/model.ts';

/**
 * A segment of a hub name: it starts with a letter or digit and holds no two dots in a row, so that it is
 * never a path.
 */
const segment = '(?!\\S*\\.\\.)[A-Za-z0-9][A-Za-z0-9._-]*';
const named = (form: string, example: string) =>
  z
    .string()
    .max(200)
    .regex(new RegExp(`^${form}$`), { error: `expected ${example}` });

/**
 * Where the files of a new model are; names that the hub cannot have are refused before anything is stored.
 */
const newModelSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('folder'), path: z.string().min(1).max(4096), file: onnxFile }),
  z.object({
    kind: z.literal('hub'),
    repository: named(`${segment}(/${segment})?`, 'a hub name like "model" or "owner/model"'),
    revision: named(`${segment}(/${segment})*`, 'a branch, a tag or a commit').default('main'),
    file: onnxFile,
  }),
]);

/** Body of POST /v1/models. */
export const newModel = z.strictObject({
  identifier: newModelIdentifier,
  source: newModelSource,
  modelName: z.string().min(1).optional().describe('The name shown; the identifier when left out.'),
  modelType: z
    .enum(modelTypes)
    .default('auto')
    .describe('`auto`: what the files say; another type overrides them.'),
  tasks: z.array(z.enum(taskNames)).default([]).describe('What the files do not say or say wrongly.'),
  labels: z
    .record(z.string(), z.string())
    .default({})
    .describe('Names by class index, in the place of those of config.json.'),
  modelClass: z.enum(modelClasses).default('from_config'),
  batchSize: z.int().min(1).max(1024).default(32),
  maxInput: z.int().min(1).max(1_000_000).default(512),
  disableGpu: z.boolean().default(true),
  returnPlaintextArrays: z.boolean().default(false),
  onnxUseQuantized: z.boolean().default(false),
  preloadedAdapters: z.boolean().default(true),
  replicas: z.int().min(0).max(64).default(1),
  load: z
    .boolean()
    .default(false)
    .describe('The answer waits until the model has answered one text, and says why where it cannot.'),
});
export type NewModel = z.input<typeof newModel>;

/** Body of PATCH /v1/models/{identifier}; absent fields stay as they are. */
export const modelPatch = modelUpdate.extend({ replicas: z.int().min(0).max(64).optional() }).strict();
export type ModelPatch = z.input<typeof modelPatch>;

export const modelList = z.object({ models: z.array(modelEntry) });
