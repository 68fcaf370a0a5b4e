import { z } from 'zod';
import {
  modelClasses,
  modelTypes,
  roles,
  taskKinds,
  taskNames,
  taskStates,
  tensorEncodings,
} from './names.ts';
import { payloadFields, taskOptions, textInput } from './payload/payload.ts';
import { modelEntry, modelSource, modelUpdate, newModelIdentifier } from './views/model.ts';

/** What goes over the wire of the native API `/v1`. The OpenAPI page and the client's types are made from these. */

/** What every body of POST /v1/tasks has beside its task and options. */
export const submitFields = {
  ...payloadFields,
  model: z.string().min(1).describe('Identifier of the model, as GET /v1/models lists it.'),
  input: z
    .array(
      z.union([textInput.options[0], textInput.options[1]], { error: 'expected a text or a pair of texts' }),
    )
    .min(1, { error: 'the list is empty; send at least one text' })
    .describe('Texts, or pairs of texts.'),
  priority: z.int().min(-10).max(10).default(0).describe('0 is normal; larger runs earlier.'),
  timeToLiveMs: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('How long the task may wait in the queue, in milliseconds; null for ever.'),
  tensors: z
    .enum(tensorEncodings)
    .default('list')
    .describe('How tensors are written when this request waits for its result (Prefer: wait=N).'),
};

/** Body of POST /v1/tasks; unknown fields are refused. */
export const submitTask = z.discriminatedUnion('task', [
  z.strictObject({
    task: z.literal('sequence-classification'),
    options: taskOptions['sequence-classification'].strict().prefault({}),
    ...submitFields,
  }),
  z.strictObject({
    task: z.literal('token-classification'),
    options: taskOptions['token-classification'].strict().prefault({}),
    ...submitFields,
  }),
  z.strictObject({
    task: z.literal('embedding'),
    options: taskOptions.embedding.strict().prefault({}),
    ...submitFields,
  }),
  z.strictObject({
    task: z.literal('question-answering'),
    options: taskOptions['question-answering'].strict().prefault({}),
    ...submitFields,
  }),
  z.strictObject({
    task: z.literal('generation'),
    options: taskOptions.generation.default({}),
    ...submitFields,
  }),
]);
export type SubmitTask = z.input<typeof submitTask>;

/** A failure as a task or a problem carries it. */
export const wireError = z.object({
  code: z.string(),
  detail: z.record(z.string(), z.union([z.string(), z.number()])),
  text: z.string(),
});

export const taskTimings = z.object({
  queuedMs: z.number().optional(),
  tokenizeMs: z.number().optional(),
  batchWaitMs: z.number().optional(),
  computeMs: z.number().optional(),
  totalMs: z.number().optional(),
  batchRows: z.number().optional(),
});

/** A task as GET /v1/tasks/{id} shows it; times are ISO 8601. */
export const taskView = z.object({
  taskId: z.string(),
  model: z.string(),
  task: z.enum(taskNames),
  kind: z.enum(taskKinds),
  state: z.enum(taskStates),
  attempt: z.int(),
  priority: z.int(),
  caller: z.string(),
  queuePosition: z.int().nullable(),
  progress: z.object({ done: z.number(), total: z.number().nullable(), note: z.string() }).nullable(),
  error: wireError.nullable(),
  timings: taskTimings,
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
});

/** Body of GET /v1/tasks/{id}/result. */
export const taskResultReply = z.object({
  taskId: z.string(),
  model: z.string(),
  task: z.enum(taskNames),
  fields: z.record(z.string(), z.unknown()).describe("The task's own fields, such as labels or answers."),
  tensorEncoding: z.enum(tensorEncodings),
  tensors: z
    .unknown()
    .describe(
      'list: an object of nested lists; npy: an object of base64 .npy files; safetensors: one base64 safetensors file.',
    ),
  warnings: z.array(z.string()),
});
export type TaskResultReply = z.infer<typeof taskResultReply>;

/** Reply of POST /v1/tasks and of GET /v1/tasks/{id}: the task, with its result when the request waited for it. */
export const taskReply = taskView.extend({
  result: taskResultReply.optional(),
  warnings: z.array(z.string()).optional(),
});
export type TaskReply = z.infer<typeof taskReply>;

export const taskList = z.object({ tasks: z.array(taskView), nextCursor: z.string().nullable() });
export type TaskList = z.infer<typeof taskList>;

/** Query of GET /v1/tasks. */
export const taskFilter = z.object({
  state: z.enum(taskStates).optional(),
  model: z.string().optional(),
  task: z.enum(taskNames).optional(),
  kind: z.enum(taskKinds).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().optional(),
});
export type TaskFilter = z.input<typeof taskFilter>;

/** Body of POST /v1/models. */
export const newModel = z.strictObject({
  identifier: newModelIdentifier,
  source: modelSource,
  modelName: z.string().min(1).optional().describe('The name shown; the identifier when left out.'),
  modelType: z.enum(modelTypes).default('onnx'),
  modelClass: z.enum(modelClasses).default('from_config'),
  batchSize: z.int().min(1).max(1024).default(32),
  maxInput: z.int().min(1).default(512),
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

/** Body of POST /v1/keys. */
export const newKey = z.strictObject({
  name: z.string().min(1).max(100),
  role: z.enum(roles).default('caller'),
  requestsPerMinute: z.int().min(1).nullable().default(null),
});
export type NewKey = z.input<typeof newKey>;

/** A key as it is listed; the key itself is shown once, when it is made. */
export const keyView = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  requestsPerMinute: z.int().nullable(),
  createdAt: z.string(),
  revokedAt: z.string().nullable(),
});
export type KeyView = z.infer<typeof keyView>;

/** Reply of POST /v1/keys: the only time the key itself can be seen. */
export const createdKey = keyView.extend({ secret: z.string() });
export type CreatedKey = z.infer<typeof createdKey>;

/** Query of GET /v1/statistics. */
export const statisticsFilter = z.object({
  model: z.string().optional(),
  hours: z.coerce.number().int().min(1).max(8784).default(24),
});

/** Reply of GET /v1/statistics: one row a model and hour; histograms have one bucket more than edges. */
export const serverStatistics = z.object({
  hours: z.array(
    z.object({
      model: z.string(),
      hour: z.string(),
      succeeded: z.int(),
      failed: z.int(),
      cancelled: z.int(),
      expired: z.int(),
      latency: z.array(z.int()),
      batches: z.array(z.int()),
      computeMs: z.number(),
    }),
  ),
  latencyEdgesMs: z.array(z.number()),
  batchEdges: z.array(z.int()),
});
export type ServerStatistics = z.infer<typeof serverStatistics>;

const upOrDown = z.enum(['up', 'down']);

/** Reply of GET /v1/status. */
export const serverStatus = z.object({
  counts: z.object({
    queued: z.int(),
    running: z.int(),
    models: z.array(z.object({ model: z.string(), queued: z.int(), running: z.int() })),
  }),
  hosts: z.array(
    z.object({
      host: z.string(),
      hostname: z.string(),
      pid: z.int(),
      models: z.array(z.object({ identifier: z.string(), state: z.string(), memoryBytes: z.number() })),
      memoryBytes: z.number(),
      gpus: z.array(z.string()),
      startedAt: z.string(),
      heartbeatAt: z.string(),
      alive: z.boolean(),
    }),
  ),
  health: z.object({ database: upOrDown, queue: upOrDown }),
  features: z.object({
    explain: z.boolean(),
    attack: z.boolean(),
    generation: z.boolean(),
    adapters: z.boolean(),
  }),
});
export type ServerStatus = z.infer<typeof serverStatus>;

/** RFC 9457 problem details. */
export const problem = z.object({
  type: z.string().describe('Where this kind of problem is explained.'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().describe('A row of the error catalogue; programs should look at this.'),
  field: z.string().optional().describe('The part of the request that is wrong.'),
  retry: z.boolean().describe('Whether the same request may succeed later.'),
  requestId: z.string(),
});
export type Problem = z.infer<typeof problem>;
