import { z } from 'zod';
import { capabilities, modelClasses, modelTypes, taskNames } from '../names.ts';
import { settingTexts } from './setting-texts.ts';

/** The ONNX file to run, as a path inside the folder or repository. */
export const onnxFile = z
  .string()
  .max(400)
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+\.onnx$/, {
    error: 'expected a path inside the model, such as "onnx/model_q4.onnx"',
  })
  .optional()
  .describe(
    'The ONNX file that runs, within the folder or repository; absent: the first in the order of ' +
      'docs/decisions/2026-11-28-which-file-runs.md.',
  );

/** Where a model's files are: a folder on this machine, or a repository on the hub host. */
export const modelSource = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('folder').describe('A folder on the machine of the hosts.'),
    path: z.string().min(1).max(4096).describe('Its path.'),
    file: onnxFile,
  }),
  z.object({
    kind: z.literal('hub').describe('A repository on the hub host.'),
    repository: z.string().min(1).max(300).describe('Its name.'),
    revision: z.string().min(1).default('main').describe('A branch, a tag or a commit.'),
    file: onnxFile,
  }),
]);
export type ModelSource = z.infer<typeof modelSource>;

/** A new model's name: one segment or "owner/name", no dots at the start, so that it is never a path. */
export const newModelIdentifier = z
  .string()
  .max(200)
  .regex(/^\w[\w.-]*(\/\w[\w.-]*)?$/, {
    error: 'expected a name like "model" or "owner/model": letters, digits, ".", "_", "-"',
  })
  .describe('Its name in requests: "model" or "owner/model".');

export const modelStates = ['registered', 'downloading', 'loading', 'ready', 'failed'] as const;

/** A model as the catalogue knows it. */
export const modelEntry = z.object({
  identifier: z.string().describe('Its name in requests.'),
  source: modelSource.describe('Where its files are.'),
  modelType: z
    .enum(modelTypes)
    .describe("One of SQuARE's types; `auto` until a host has read the files, mostly `onnx` then."),
  modelName: z.string().describe('The name that is shown, mostly the hub name.'),
  modelClass: z.enum(modelClasses).describe("SQuARE's kind of head, as it was sent."),
  tasks: z.array(z.enum(taskNames)).describe("Tasks that the model's head allows, best first."),
  labels: z.record(z.string(), z.string()).describe('Names of classes by index.'),
  batchSize: z.int().min(1).describe(settingTexts.batchSize),
  maxInput: z.int().min(1).describe(settingTexts.maxInput),
  disableGpu: z.boolean().describe(settingTexts.disableGpu),
  returnPlaintextArrays: z.boolean().describe(settingTexts.returnPlaintextArrays),
  onnxUseQuantized: z.boolean().describe('Whether the int8 file runs.'),
  isEncoderDecoder: z.boolean().describe('Whether it has an encoder and a decoder.'),
  preloadedAdapters: z.boolean().describe("Kept for SQuARE's routes, as it was sent."),
  capabilities: z
    .array(z.enum(capabilities))
    .describe('What it can give, measured when it is loaded; explanations and attacks need some of it.'),
  owner: z.string().describe('The caller who added it.'),
  replicas: z.int().min(0).describe(settingTexts.replicas),
  state: z.enum(modelStates).describe('How far it has come; a registered one is loaded when it is needed.'),
  error: z.string().nullable().describe('Why it failed; null unless it did.'),
  warnings: z.array(z.string()).describe('Notes for people, such as a fall-back from GPU to CPU.'),
  sha256: z.string().nullable().describe('Hash of the ONNX file, where it is known.'),
  version: z.int().describe('Grows with every change, so that a host knows when to look again.'),
});
export type ModelEntry = z.infer<typeof modelEntry>;

/**
 * The parts of an entry that an update may change; absent means unchanged
 * (docs/square-wire.md#inference-routes).
 */
export const modelUpdate = z.object({
  disableGpu: z.boolean().optional().describe(settingTexts.disableGpu),
  batchSize: z.int().min(1).max(100_000).optional().describe(settingTexts.batchSize),
  maxInput: z.int().min(1).max(1_000_000).optional().describe(settingTexts.maxInput),
  returnPlaintextArrays: z.boolean().optional().describe(settingTexts.returnPlaintextArrays),
});
export type ModelUpdate = z.infer<typeof modelUpdate>;

/**
 * SQuARE's normal form: names that differ only in "/" and "-" are the same model
 * (docs/square-wire.md#paths-and-identifiers).
 */
export function normalForm(identifier: string): string {
  return identifier.replaceAll('/', '-');
}
