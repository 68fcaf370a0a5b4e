import {
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
import { defineRoutes } from '../../routes/route.ts';

const wait = { Prefer: 'wait=N: answer when the task has ended, after N seconds at the most.' };
const once = { 'Idempotency-Key': 'The same key with the same body gives the same task.' };
const streamed = z
  .string()
  .describe(
    'Server-sent events `queued`, `running`, `progress` … as of /v1/tasks/{id}/events; for generation `token` with {input, index, text, ids}; at the end `result` with a TaskReply.',
  );
const cancelled = { 200: { text: 'It is cancelled.', schema: taskView } };

/**
 * /v1/tasks and /v1/evaluations: submit, look, wait, follow, cancel, list. Tasks of other callers look
 * unknown.
 */
export const taskRoutes = defineRoutes({
  submit: {
    methods: ['POST'],
    path: '/tasks',
    role: 'caller',
    summary: 'Submit a task of any kind',
    tag: 'tasks',
    body: {
      schema: submitTask,
      examples: {
        classify: {
          model: 'tessera/sentiment-en',
          task: 'sequence-classification',
          input: ['A warm, funny film.'],
        },
        answer: {
          model: 'tessera/qa-en',
          task: 'question-answering',
          input: [['Who plays Neo?', 'In the film, Keanu Reeves plays Neo.']],
          options: { topk: 3 },
        },
        embed: {
          model: 'tessera/all-minilm-l6-v2',
          task: 'embedding',
          input: ['Do aliens exist?'],
          options: { mode: 'mean', normalize: true },
          tensors: 'npy',
        },
      },
    },
    headers: {
      ...wait,
      ...once,
      Accept: 'text/event-stream follows the task on this connection; going away cancels it.',
    },
    replies: {
      200: {
        text: 'The task has ended; its result is included. As text/event-stream: its life and its tokens, then a `result` event.',
        schema: taskReply,
        also: { 'text/event-stream': streamed },
      },
      202: { text: 'Accepted: the task is durable.', schema: taskReply },
    },
    errors: [
      'MODEL_UNKNOWN',
      'IDEMPOTENCY_CONFLICT',
      'MODEL_TASK_MISMATCH',
      'FEATURE_UNAVAILABLE',
      'CAPABILITY_MISSING',
      'BODY_TOO_DEEP',
    ],
  },
  list: {
    methods: ['GET'],
    path: '/tasks',
    role: 'reader',
    summary: 'List tasks, newest first',
    tag: 'tasks',
    query: taskFilter,
    replies: { 200: { text: 'A page.', schema: taskList } },
    errors: ['INPUT_INVALID'],
  },
  task: {
    methods: ['GET'],
    path: '/tasks/{id}',
    role: 'reader',
    summary: 'State, place in the queue, progress, timings and error of a task',
    tag: 'tasks',
    headers: wait,
    replies: { 200: { text: 'The task.', schema: taskView } },
    errors: ['TASK_UNKNOWN'],
  },
  result: {
    methods: ['GET'],
    path: '/tasks/{id}/result',
    role: 'reader',
    summary: "A task's result; Accept: application/octet-stream gives its tensors as a safetensors file",
    tag: 'tasks',
    query: z.object({
      tensors: z.enum(tensorEncodings).optional().describe('How tensors are written; `list` when left out.'),
    }),
    headers: wait,
    replies: {
      200: {
        text: 'The result.',
        schema: taskResultReply,
        also: { 'application/octet-stream': z.string().describe('The tensors as one safetensors file.') },
      },
    },
    errors: [
      'TASK_UNKNOWN',
      'TASK_NOT_FINISHED',
      'TASK_CANCELLED',
      'TASK_EXPIRED',
      'INPUT_INVALID',
      'MODEL_DOWNLOAD_FAILED',
      'TASK_TIMED_OUT',
    ],
  },
  events: {
    methods: ['GET'],
    path: '/tasks/{id}/events',
    role: 'reader',
    summary: "A task's life as server-sent events, replayed from Last-Event-ID or ?after=",
    tag: 'tasks',
    query: z.object({
      after: z
        .int()
        .min(0)
        .optional()
        .describe('Number of the last event seen, where no header can be sent.'),
    }),
    headers: { 'Last-Event-ID': 'The last event seen.' },
    replies: {
      200: { text: 'Events until the final one.', schema: streamed, type: 'text/event-stream' },
      204: { text: 'Nothing is left to tell.' },
    },
    errors: ['TASK_UNKNOWN'],
  },
  cancel: {
    methods: ['DELETE'],
    path: '/tasks/{id}',
    role: 'caller',
    summary: 'Cancel a queued or running task',
    tag: 'tasks',
    replies: cancelled,
    errors: ['TASK_UNKNOWN', 'TASK_NOT_CANCELLABLE'],
  },
  'cancel-by-post': {
    methods: ['POST'],
    path: '/tasks/{id}/cancel',
    role: 'caller',
    summary: 'Cancel a queued or running task',
    tag: 'tasks',
    replies: cancelled,
    errors: ['TASK_UNKNOWN', 'TASK_NOT_CANCELLABLE'],
  },
  evaluate: {
    methods: ['POST'],
    path: '/evaluations',
    role: 'caller',
    summary: 'Measure explanations or attacks over a dataset, as one task',
    tag: 'evaluations',
    body: {
      schema: submitEvaluation,
      examples: {
        compareExplanations: {
          model: 'tessera/sentiment-en',
          task: 'sequence-classification',
          records: [{ text: 'A warm, funny film.', label: 'positive' }],
          explain: [{ method: 'simple_grads' }, { method: 'occlusion' }],
        },
      },
    },
    headers: { ...wait, ...once },
    replies: {
      200: { text: 'The task has ended; its result is included.', schema: taskReply },
      202: {
        text: 'Accepted: the task is durable. Its `progress` counts records times methods; its result has an EvaluationReport in `fields.evaluation`.',
        schema: taskReply,
      },
    },
    errors: [
      'MODEL_UNKNOWN',
      'IDEMPOTENCY_CONFLICT',
      'MODEL_TASK_MISMATCH',
      'FEATURE_UNAVAILABLE',
      'CAPABILITY_MISSING',
      'BODY_TOO_DEEP',
    ],
  },
});
