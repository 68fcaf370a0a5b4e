import { z } from 'zod';
import { taskKinds, taskNames, taskStates, tensorEncodings } from '../names.ts';
import { evaluationFields, type ResultFields, taskFields } from '../results/result.ts';
import { taskView } from './task.ts';

/** Body of GET /v1/tasks/{id}/result. */
export const taskResultReply = z.object({
  taskId: z.string().describe('The id of the task.'),
  model: z.string().describe('Identifier of the model.'),
  task: z.enum(taskNames).describe('What was predicted.'),
  fields: z
    .union([...Object.values(taskFields), evaluationFields])
    .describe('What the task predicted, such as labels or answers, and what was found beside it.'),
  tensorEncoding: z.enum(tensorEncodings).describe('How tensors are written.'),
  tensors: z
    .unknown()
    .describe(
      'list: an object of nested lists; npy: an object of base64 .npy files; safetensors: one base64 safetensors file.',
    ),
  warnings: z
    .array(z.string())
    .describe('What the caller should know: cut inputs, fall-backs, unknown options.'),
});
export type TaskResultReply = Omit<z.infer<typeof taskResultReply>, 'fields'> & {
  readonly fields: ResultFields;
};

/**
 * Reply of POST /v1/tasks and of GET /v1/tasks/{id}: the task, with its result when the request waited for
 * it.
 */
export const taskReply = taskView.extend({
  result: taskResultReply.optional().describe('When the request waited for it and it came in time.'),
  warnings: z
    .array(z.string())
    .optional()
    .describe('What was odd about the request, such as unknown options.'),
});
export type TaskReply = Omit<z.infer<typeof taskReply>, 'result'> & { readonly result?: TaskResultReply };

export const taskList = z.object({
  tasks: z.array(taskView).describe('Newest first.'),
  nextCursor: z.string().nullable().describe('The `cursor` of the next page; null on the last one.'),
});
export type TaskList = z.infer<typeof taskList>;

/** Query of GET /v1/tasks. */
export const taskFilter = z.object({
  state: z.enum(taskStates).optional().describe('Only tasks in this state.'),
  model: z.string().optional().describe('Only tasks of this model.'),
  task: z.enum(taskNames).optional().describe('Only tasks that predict this.'),
  kind: z.enum(taskKinds).optional().describe('Only tasks of this kind.'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Tasks on one page.'),
  cursor: z.string().optional().describe('Where the page begins: the nextCursor of the one before.'),
});
export type TaskFilter = z.input<typeof taskFilter>;
