import { z } from 'zod';
import { taskKinds, taskNames, taskStates, tensorEncodings } from '../names.ts';

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
