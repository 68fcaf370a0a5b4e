import { z } from 'zod';
import { modelClasses, modelTypes } from '../names.ts';
import { modelEntry, modelSource, modelUpdate, newModelIdentifier } from '../views/model.ts';

/** Body of POST /v1/models. */
export const newModel = z.strictObject({
  identifier: newModelIdentifier,
  source: modelSource,
  modelName: z.string().min(1).optional().describe('The name shown; the identifier when left out.'),
  modelType: z.enum(modelTypes).default('onnx'),
  modelClass: z.enum(modelClasses).default('from_config'),
  batchSize: z.int().min(1).max(1024).default(32),
  maxInput: z.int().min(1).max(1_000_000).default(512),
  disableGpu: z.boolean().default(true),
  returnPlaintextArrays: z.boolean().default(false),
  onnxUseQuantized: z.boolean().default(false),
  preloadedAdapters: z.boolean().default(true),
  replicas: z.int().min(0).max(64).default(1),
});
export type NewModel = z.input<typeof newModel>;

/** Body of PATCH /v1/models/{identifier}; absent fields stay as they are. */
export const modelPatch = modelUpdate.extend({ replicas: z.int().min(0).max(64).optional() }).strict();
export type ModelPatch = z.input<typeof modelPatch>;

export const modelList = z.object({ models: z.array(modelEntry) });
