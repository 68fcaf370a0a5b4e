import { z } from 'zod';
import { defineRoutes } from '../routes/route.ts';
import {
  addedReply,
  deployedModel,
  deployedWorkers,
  deployRequest,
  explainerLine,
  managerTasks,
  managerUpdateReply,
  modelAlive,
  queuedDeploys,
  queuedReply,
  squareError,
  updateModel,
} from './wire.ts';

const absent = { 406: { text: 'There is no such model.', schema: squareError } };
const queued = { 200: { text: 'Accepted; ask for it by task_id.', schema: queuedReply } };

/** The model manager: /api/models/…. */
export const managerRoutes = defineRoutes({
  'deployed-models': {
    methods: ['GET'],
    path: '/models/deployed-models',
    role: 'reader',
    summary: 'The models there are',
    tag: 'manager',
    replies: { 200: { text: 'All of them.', schema: z.array(deployedModel) } },
  },
  'deployed-model-workers': {
    methods: ['GET'],
    path: '/models/deployed-model-workers',
    role: 'reader',
    summary: 'How many replicas each model has',
    tag: 'manager',
    replies: { 200: { text: 'By model.', schema: z.array(deployedWorkers) } },
  },
  'models-health': {
    methods: ['GET'],
    path: '/models/health',
    otherPaths: ['/models/deployed-models-health'],
    role: 'reader',
    summary: 'Which models answer',
    tag: 'manager',
    replies: { 200: { text: 'By model.', schema: z.array(modelAlive) } },
  },
  'model-health': {
    methods: ['GET'],
    path: '/models/{identifier}/health',
    role: 'reader',
    summary: 'Whether one model answers',
    tag: 'manager',
    replies: { 200: { text: 'A list of one.', schema: z.array(modelAlive) } },
    errors: ['MODEL_UNKNOWN'],
  },
  explainers: {
    methods: ['GET'],
    path: '/models/explainers',
    role: 'reader',
    summary: 'Ways to explain a prediction',
    tag: 'manager',
    replies: { 200: { text: "SQuARE's own.", schema: z.array(explainerLine) } },
  },
  tasks: {
    methods: ['GET'],
    path: '/models/task',
    role: 'reader',
    summary: 'Deploys under way',
    tag: 'manager',
    replies: { 200: { text: 'By state.', schema: managerTasks } },
  },
  deploy: {
    methods: ['POST'],
    path: '/models/deploy',
    role: 'caller',
    summary: 'Add a model and load it',
    tag: 'manager',
    body: {
      schema: deployRequest,
      examples: {
        fromTheHub: { identifier: 'my-model', model_name: 'owner/my-model', model_type: 'onnx' },
      },
    },
    replies: { ...queued, 406: { text: 'It exists.', schema: squareError } },
  },
  remove: {
    methods: ['DELETE'],
    path: '/models/remove/{identifier}',
    role: 'caller',
    summary: 'Remove a model',
    tag: 'manager',
    replies: { ...queued, ...absent },
  },
  'manager-update': {
    methods: ['PATCH'],
    path: '/models/update/{identifier}',
    role: 'caller',
    summary: "Change a model's settings; what is left out stays",
    tag: 'manager',
    body: { schema: updateModel, examples: { plainArrays: { return_plaintext_arrays: true } } },
    replies: { 200: { text: 'The settings now.', schema: managerUpdateReply }, ...absent },
    errors: ['MODEL_UPDATE_REFUSED'],
  },
  // SQuARE's server has POST and DELETE, its client sends PATCH.
  'add-worker': {
    methods: ['POST', 'PATCH', 'DELETE'],
    path: '/models/{identifier}/add_worker/{count}',
    role: 'caller',
    summary: 'Run a model more often',
    tag: 'manager',
    replies: { ...queued, ...absent },
  },
  'remove-worker': {
    methods: ['POST', 'PATCH', 'DELETE'],
    path: '/models/{identifier}/remove_worker/{count}',
    role: 'caller',
    summary: 'Run a model less often, once at the least',
    tag: 'manager',
    replies: { ...queued, ...absent },
  },
  'db-update': {
    methods: ['PUT'],
    path: '/models/db/update',
    role: 'admin',
    summary: 'Compare the catalogue with what runs; they cannot disagree',
    tag: 'manager',
    replies: { 200: { text: 'Nothing was missing.', schema: addedReply } },
  },
  'db-deploy': {
    methods: ['POST'],
    path: '/models/db/deploy',
    otherPaths: ['/models/db/deploy/{identifier}'],
    role: 'caller',
    summary: 'Load one model, or all that are not loaded',
    tag: 'manager',
    query: z.object({
      identifier: z.string().optional().describe('The model; all that are not loaded when left out.'),
      hf_username: z.string().optional().describe('The part of the name before its slash.'),
    }),
    replies: { 200: { text: 'Accepted.', schema: queuedDeploys } },
    errors: ['MODEL_UNKNOWN'],
  },
});
