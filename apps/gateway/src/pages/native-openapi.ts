import {
  createdKey,
  evaluationReport,
  keyView,
  modelEntry,
  modelList,
  modelPatch,
  newKey,
  newModel,
  problem,
  serverStatistics,
  serverStatus,
  statisticsFilter,
  submitEvaluation,
  submitTask,
  taskFilter,
  taskList,
  taskReply,
  taskResultReply,
  taskView,
  tensorEncodings,
} from '@tessera/contracts';
import { z } from 'zod';
import { type Operation, openApiDocument } from './openapi-document.ts';

const wait = { Prefer: 'wait=N: answer when the task has ended, after N seconds at the most.' };
const refused = (text: string) => ({ text, schema: problem, type: 'application/problem+json' });
const unknownTask = { 404: refused('No such task, or it belongs to another caller.') };
const anything = z.record(z.string(), z.unknown());
const streamed = z
  .string()
  .describe(
    'Server-sent events `queued`, `running`, `progress` … as of /v1/tasks/{id}/events; for generation `token` with {input, index, text, ids}; at the end `result` with a TaskReply.',
  );

const tasks: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/tasks',
    summary: 'Submit a task of any kind',
    tag: 'tasks',
    body: submitTask,
    headers: {
      ...wait,
      'Idempotency-Key': 'The same key with the same body gives the same task.',
      Accept: 'text/event-stream follows the task on this connection; going away cancels it.',
    },
    replies: {
      200: {
        text: 'The task has ended; its result is included. As text/event-stream: its life and its tokens, then a `result` event.',
        schema: taskReply,
        also: { 'text/event-stream': streamed },
      },
      202: { text: 'Accepted: the task is durable.', schema: taskReply },
      404: refused('No such model.'),
      409: refused('The Idempotency-Key was used for another request.'),
      413: refused('The body is too large.'),
      422: refused('`field` names what is wrong.'),
      429: refused('Too many requests; Retry-After says when to come back.'),
    },
  },
  {
    method: 'get',
    path: '/v1/tasks',
    summary: 'List tasks, newest first',
    tag: 'tasks',
    query: taskFilter,
    replies: { 200: { text: 'A page.', schema: taskList } },
  },
  {
    method: 'get',
    path: '/v1/tasks/{id}',
    summary: 'State, place in the queue, progress, timings and error of a task',
    tag: 'tasks',
    headers: wait,
    replies: { 200: { text: 'The task.', schema: taskView }, ...unknownTask },
  },
  {
    method: 'get',
    path: '/v1/tasks/{id}/result',
    summary: "A task's result; Accept: application/octet-stream gives its tensors as a safetensors file",
    tag: 'tasks',
    query: z.object({ tensors: z.enum(tensorEncodings).optional() }),
    headers: wait,
    replies: {
      200: { text: 'The result.', schema: taskResultReply },
      ...unknownTask,
      409: refused('The task has not ended, or was cancelled.'),
      410: refused('The result has expired.'),
    },
  },
  {
    method: 'get',
    path: '/v1/tasks/{id}/events',
    summary: "A task's life as server-sent events, replayed from Last-Event-ID or ?after=",
    tag: 'tasks',
    query: z.object({ after: z.int().optional() }),
    headers: { 'Last-Event-ID': 'The last event seen.' },
    replies: {
      200: { text: 'Events until the final one.', schema: z.string(), type: 'text/event-stream' },
      204: { text: 'Nothing is left to tell.' },
      ...unknownTask,
    },
  },
  ...(['/v1/tasks/{id}', '/v1/tasks/{id}/cancel'] as const).map(
    (path): Operation => ({
      method: path.endsWith('cancel') ? 'post' : 'delete',
      path,
      summary: 'Cancel a queued or running task',
      tag: 'tasks',
      replies: {
        200: { text: 'It is cancelled.', schema: taskView },
        ...unknownTask,
        409: refused('It had ended before.'),
      },
    }),
  ),
];

const evaluations: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/evaluations',
    summary: 'Measure explanations or attacks over a dataset, as one task',
    tag: 'evaluations',
    body: submitEvaluation,
    headers: { ...wait, 'Idempotency-Key': 'The same key with the same body gives the same task.' },
    replies: {
      200: { text: 'The task has ended; its result is included.', schema: taskReply },
      202: {
        text: 'Accepted: the task is durable. Its `progress` counts records times methods; its result has an EvaluationReport in `fields.evaluation`.',
        schema: taskReply,
      },
      404: refused('No such model.'),
      409: refused('The Idempotency-Key was used for another request.'),
      413: refused('The body is too large.'),
      422: refused('`field` names what is wrong.'),
      429: refused('Too many requests; Retry-After says when to come back.'),
    },
  },
];

const unknownModel = { 404: refused('No such model.') };
const models: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/models',
    summary: 'The models there are',
    tag: 'models',
    replies: { 200: { text: 'All of them.', schema: modelList } },
  },
  {
    method: 'post',
    path: '/v1/models',
    summary: 'Add a model from a folder or the hub',
    tag: 'models',
    body: newModel,
    replies: {
      201: { text: 'It is in the catalogue and loads on first use.', schema: modelEntry },
      409: refused('A model of that name exists.'),
    },
  },
  {
    method: 'get',
    path: '/v1/models/{identifier}',
    summary: 'One model',
    tag: 'models',
    replies: { 200: { text: 'The model.', schema: modelEntry }, ...unknownModel },
  },
  {
    method: 'patch',
    path: '/v1/models/{identifier}',
    summary: 'Change settings; the next batch sees them',
    tag: 'models',
    body: modelPatch,
    replies: { 200: { text: 'The model now.', schema: modelEntry }, ...unknownModel },
  },
  {
    method: 'delete',
    path: '/v1/models/{identifier}',
    summary: 'Remove a model from the catalogue',
    tag: 'models',
    replies: { 204: { text: 'It is gone.' }, ...unknownModel },
  },
];

const service: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/status',
    summary: 'Queues, hosts and health',
    tag: 'service',
    replies: { 200: { text: 'As of now.', schema: serverStatus } },
  },
  {
    method: 'get',
    path: '/v1/statistics',
    summary: 'What happened, by model and hour',
    tag: 'service',
    query: statisticsFilter,
    replies: { 200: { text: 'Rows.', schema: serverStatistics } },
  },
  {
    method: 'get',
    path: '/v1/explainers',
    summary: 'Methods of explanation and what a model must give for them',
    tag: 'service',
    replies: { 200: { text: 'By name.', schema: anything } },
  },
  {
    method: 'get',
    path: '/v1/problems',
    summary: 'Every error code, its status and text',
    tag: 'service',
    replies: { 200: { text: 'The catalogue.', schema: anything } },
  },
  {
    method: 'get',
    path: '/v1/keys',
    summary: 'The keys there are (administrators)',
    tag: 'keys',
    replies: { 200: { text: 'Without their secrets.', schema: z.object({ keys: z.array(keyView) }) } },
  },
  {
    method: 'post',
    path: '/v1/keys',
    summary: 'Make a key (administrators)',
    tag: 'keys',
    body: newKey,
    replies: { 201: { text: 'The only time its secret is shown.', schema: createdKey } },
  },
  {
    method: 'delete',
    path: '/v1/keys/{id}',
    summary: 'Revoke a key (administrators)',
    tag: 'keys',
    replies: { 204: { text: 'It opens nothing any more.' }, 404: refused('No such key.') },
  },
];

/** OpenAPI of the native API. */
export function nativeOpenApi(): object {
  page ??= openApiDocument({
    title: 'Tessera',
    version: '0.1.0',
    description:
      'Asynchronous inference: submit a task, follow it, fetch its result. SQuARE’s API is described at /api/main/openapi.json.',
    operations: [...tasks, ...evaluations, ...models, ...service],
    schemas: {
      SubmitTask: submitTask,
      SubmitEvaluation: submitEvaluation,
      EvaluationReport: evaluationReport,
      Task: taskView,
      TaskReply: taskReply,
      TaskResult: taskResultReply,
      TaskList: taskList,
      Model: modelEntry,
      ModelList: modelList,
      NewModel: newModel,
      ModelPatch: modelPatch,
      Key: keyView,
      NewKey: newKey,
      CreatedKey: createdKey,
      ServerStatus: serverStatus,
      ServerStatistics: serverStatistics,
      Problem: problem,
    },
  });
  return page;
}

let page: object | undefined;
