import { z } from 'zod';
import { modelClasses, modelTypes, taskNames } from '../names.ts';
import { modelEntry, modelUpdate, newModelIdentifier, onnxFile } from '../views/model.ts';
import { settingTexts } from '../views/setting-texts.ts';

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
  z.object({
    kind: z.literal('folder').describe('A folder on the machine of the hosts.'),
    path: z.string().min(1).max(4096).describe('Its path.'),
    file: onnxFile,
  }),
  z.object({
    kind: z.literal('hub').describe('A repository on the hub host.'),
    repository: named(`${segment}(/${segment})?`, 'a hub name like "model" or "owner/model"').describe(
      'Its name.',
    ),
    revision: named(`${segment}(/${segment})*`, 'a branch, a tag or a commit')
      .default('main')
      .describe('A branch, a tag or a commit.'),
    file: onnxFile,
  }),
]);

/** Body of POST /v1/models. */
export const newModel = z.strictObject({
  identifier: newModelIdentifier,
  source: newModelSource.describe('Where its files are.'),
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
  modelClass: z
    .enum(modelClasses)
    .default('from_config')
    .describe("Kept for SQuARE's routes; what runs is what the files say."),
  batchSize: z.int().min(1).max(1024).default(32).describe(settingTexts.batchSize),
  maxInput: z.int().min(1).max(1_000_000).default(512).describe(settingTexts.maxInput),
  disableGpu: z.boolean().default(true).describe(settingTexts.disableGpu),
  returnPlaintextArrays: z.boolean().default(false).describe(settingTexts.returnPlaintextArrays),
  onnxUseQuantized: z.boolean().default(false).describe('Whether the int8 file runs.'),
  preloadedAdapters: z
    .boolean()
    .default(true)
    .describe("Kept for SQuARE's routes; adapters are loaded when they are first asked for."),
  replicas: z.int().min(0).max(64).default(1).describe(settingTexts.replicas),
  load: z
    .boolean()
    .default(false)
    .describe('The answer waits until the model has answered one text, and says why where it cannot.'),
});
export type NewModel = z.input<typeof newModel>;

/** Body of PATCH /v1/models/{identifier}; absent fields stay as they are. */
export const modelPatch = modelUpdate
  .extend({ replicas: z.int().min(0).max(64).optional().describe(settingTexts.replicas) })
  .strict();
export type ModelPatch = z.input<typeof modelPatch>;

export const modelList = z.object({ models: z.array(modelEntry).describe('By identifier.') });
