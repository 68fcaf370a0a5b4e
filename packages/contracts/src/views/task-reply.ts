import { z } from 'zod';
import { taskKinds, taskNames, taskStates, tensorEncodings } from '../names.ts';
import { evaluationFields, type ResultFields, taskFields } from '../results/result.ts';
import { taskView } from './task.ts';

/** Body of GET /v1/tasks/{id}/result. */
export const taskResultReply = z.object({
  taskId: z.string(),
  model: z.string(),
  task: z.enum(taskNames),
  fields: z
    .union([...Object.values(taskFields), evaluationFields])
    .describe('What the task predicted, such as labels or answers, and what was found beside it.'),
  tensorEncoding: z.enum(tensorEncodings),
  tensors: z
    .unknown()
    .describe(
      'list: an object of nested lists; npy: an object of base64 .npy files; safetensors: one base64 safetensors file.',
    ),
  warnings: z.array(z.string()),
});
export type TaskResultReply = Omit<z.infer<typeof taskResultReply>, 'fields'> & {
  readonly fields: ResultFields;
};

/**
 * Reply of POST /v1/tasks and of GET /v1/tasks/{id}: the task, with its result when the request waited for
 * it.
 */
export const taskReply = taskView.extend({
  result: taskResultReply.optional(),
  warnings: z.array(z.string()).optional(),
});
export type TaskReply = Omit<z.infer<typeof taskReply>, 'result'> & { readonly result?: TaskResultReply };

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
