import { taskNames } from '@tessera/contracts';
import { z } from 'zod';
import { defineRoutes, type PathParameter } from '../routes/route.ts';
import {
  aliveReply,
  modelStatistics,
  predictionRequest,
  queuedReply,
  squareTaskReply,
  updateModel,
} from './wire.ts';

const answers = z.record(z.string(), z.unknown()).describe('An OpenAPI document.');

/** What stands in SQuARE's paths as `{name}`. */
export const squareParameters = {
  identifier: {
    description: 'The model; names that differ only in "/" and "-" are the same.',
    example: 'sentiment-en',
    owner: { name: 'hf_username', inQuery: true },
    test: (part: string) => part !== 'task_result' && part !== 'health',
  },
  task: { description: 'What to predict.', example: 'embedding', values: taskNames },
  task_id: {
    description: 'The id that a queued task was given.',
    example: '01a203ec-345a-71f2-a57b-9de1856268f0',
  },
  count: {
    description: 'How many replicas.',
    example: '1',
    test: (part: string) => /^\d{1,4}$/.test(part),
  },
} satisfies Readonly<Record<string, PathParameter>>;

/** Names of other services behind the same host: no model of the old form may answer for them. */
export const squareReserved: ReadonlySet<string> = new Set([
  'main',
  'models',
  'skill-manager',
  'datastores',
  'evaluator',
  'sensitivity',
  'replicate',
  'auth',
  'openapi.json',
  'task_result',
  'health',
]);

/** The inference API: /api/main/…, and the old form with one container a model, /api/{identifier}/…. */
export const inferenceRoutes = defineRoutes({
  heartbeat: {
    methods: ['GET'],
    path: '/main/health/heartbeat',
    otherPaths: ['/models/health/heartbeat'],
    role: null,
    summary: 'Whether the service answers',
    tag: 'service',
    replies: { 200: { text: 'It does.', schema: aliveReply } },
  },
  openapi: {
    methods: ['GET'],
    path: '/main/openapi.json',
    otherPaths: ['/models/openapi.json'],
    role: null,
    summary: 'This document',
    tag: 'service',
    replies: { 200: { text: 'OpenAPI 3.1.', schema: answers } },
  },
  'model-heartbeat': {
    methods: ['GET'],
    path: '/main/{identifier}/health/heartbeat',
    oldPaths: ['/{identifier}/health/heartbeat'],
    role: null,
    summary: 'Whether a model answers',
    tag: 'models',
    replies: { 200: { text: 'Whether it does.', schema: aliveReply } },
    errors: ['MODEL_UNKNOWN'],
  },
  prediction: {
    methods: ['POST'],
    path: '/main/{identifier}/{task}',
    oldPaths: ['/{identifier}/{task}'],
    role: 'caller',
    summary: 'Queue a prediction',
    tag: 'predictions',
    body: {
      schema: predictionRequest,
      examples: {
        texts: { input: ['A warm, funny film.'] },
        pairs: { input: [['Who plays Neo?', 'In the film, Keanu Reeves plays Neo.']] },
      },
    },
    replies: { 200: { text: 'Accepted; ask for the result by task_id.', schema: queuedReply } },
    errors: [
      'MODEL_UNKNOWN',
      'MODEL_TASK_MISMATCH',
      'FEATURE_UNAVAILABLE',
      'BODY_TOO_DEEP',
      'CAPABILITY_MISSING',
    ],
  },
  'task-result': {
    methods: ['GET'],
    path: '/main/task_result/{task_id}',
    otherPaths: ['/models/task_result/{task_id}'],
    oldPaths: ['/{identifier}/task_result/{task_id}'],
    role: 'reader',
    summary: 'The result of a task; the request is held open until the task ends, for a while',
    tag: 'predictions',
    headers: { Prefer: 'wait=N holds the request open for N seconds at the most.' },
    replies: {
      200: { text: 'Finished.', schema: squareTaskReply },
      202: { text: 'Not finished yet.', schema: squareTaskReply },
      500: {
        text: 'The task failed; JSON when Accept names JSON, else text.',
        schema: squareTaskReply,
        also: { 'text/plain': z.string().describe('Why it failed.') },
      },
    },
    errors: ['TASK_UNKNOWN', 'TASK_EXPIRED'],
  },
  stats: {
    methods: ['GET'],
    path: '/main/{identifier}/stats',
    oldPaths: ['/{identifier}/stats'],
    role: 'reader',
    summary: "A model's settings",
    tag: 'models',
    replies: { 200: { text: 'The settings.', schema: modelStatistics } },
    errors: ['MODEL_UNKNOWN'],
  },
  update: {
    methods: ['POST'],
    path: '/main/{identifier}/update',
    oldPaths: ['/{identifier}/update'],
    role: 'caller',
    summary: "Change a model's settings; what is left out stays",
    tag: 'models',
    body: { schema: updateModel, examples: { smallerBatches: { batch_size: 8 } } },
    replies: { 200: { text: 'The settings now.', schema: modelStatistics } },
    errors: ['MODEL_UNKNOWN', 'MODEL_UPDATE_REFUSED'],
  },
});
