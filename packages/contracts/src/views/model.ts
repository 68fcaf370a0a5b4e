import { z } from 'zod';
import { capabilities, modelClasses, modelTypes, taskNames } from '../names.ts';

/**
 * The ONNX file to run, as a path inside the folder or repository; absent: the first in the order of
 * docs/decisions/2026-11-28-which-file-runs.md.
 */
export const onnxFile = z
  .string()
  .max(400)
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+\.onnx$/, {
    error: 'expected a path inside the model, such as "onnx/model_q4.onnx"',
  })
  .optional();

/** Where a model's files are: a folder on this machine, or a repository on the hub host. */
export const modelSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('folder'), path: z.string().min(1).max(4096), file: onnxFile }),
  z.object({
    kind: z.literal('hub'),
    repository: z.string().min(1).max(300),
    revision: z.string().min(1).default('main'),
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
  });

export const modelStates = ['registered', 'downloading', 'loading', 'ready', 'failed'] as const;

/** A model as the catalogue knows it. */
export const modelEntry = z.object({
  identifier: z.string(),
  source: modelSource,
  modelType: z.enum(modelTypes),
  /** The name SQuARE shows, mostly the hub name. */
  modelName: z.string(),
  modelClass: z.enum(modelClasses),
  /** Tasks the model's head allows, best first; worked out from config.json. */
  tasks: z.array(z.enum(taskNames)),
  /** id2label of config.json. */
  labels: z.record(z.string(), z.string()),
  /** Rows in one batch at the most. */
  batchSize: z.int().min(1),
  /** Items in one request at the most (docs/square-wire.md#requests: items, not tokens). */
  maxInput: z.int().min(1),
  disableGpu: z.boolean(),
  returnPlaintextArrays: z.boolean(),
  onnxUseQuantized: z.boolean(),
  isEncoderDecoder: z.boolean(),
  preloadedAdapters: z.boolean(),
  capabilities: z.array(z.enum(capabilities)),
  owner: z.string(),
  replicas: z.int().min(0),
  state: z.enum(modelStates),
  error: z.string().nullable(),
  /** Notes for people, such as a fall-back from GPU to CPU. */
  warnings: z.array(z.string()),
  sha256: z.string().nullable(),
  /** Grows with every change, so that a host knows when to look again. */
  version: z.int(),
});
export type ModelEntry = z.infer<typeof modelEntry>;

/**
 * The parts of an entry that an update may change; absent means unchanged
 * (docs/square-wire.md#inference-routes).
 */
export const modelUpdate = z.object({
  disableGpu: z.boolean().optional(),
  batchSize: z.int().min(1).max(100_000).optional(),
  maxInput: z.int().min(1).max(1_000_000).optional(),
  returnPlaintextArrays: z.boolean().optional(),
});
export type ModelUpdate = z.infer<typeof modelUpdate>;

/**
 * SQuARE's normal form: names that differ only in "/" and "-" are the same model
 * (docs/square-wire.md#paths-and-identifiers).
 */
export function normalForm(identifier: string): string {
  return identifier.replaceAll('/', '-');
}
