import {
  createdKey,
  keyList,
  modelEntry,
  modelList,
  modelPatch,
  newKey,
  newModel,
  problem,
  serverStatistics,
  serverStatus,
  submitEvaluation,
  submitTask,
  taskList,
  taskReply,
  taskResultReply,
  taskView,
} from '@tessera/contracts';
import type { Dialect } from '../routes/route.ts';
import { encodeProblem } from './problem.ts';
import { modelRoutes } from './routes/models.ts';
import { keyRoutes, serviceRoutes } from './routes/service.ts';
import { taskRoutes } from './routes/tasks.ts';

const routes = { ...taskRoutes, ...modelRoutes, ...serviceRoutes, ...keyRoutes };
export type NativeRoutes = typeof routes;

/** Tessera's own API below /v1. */
export const nativeDialect: Dialect<NativeRoutes> = {
  name: 'native',
  path: '/v1',
  routes,
  parameters: {
    id: { description: 'The id of a task, or of a key.', example: '01a203ec-345a-71f2-a57b-9de1856268f0' },
    identifier: {
      description: 'The model, as GET /v1/models lists it. Its slash may be written as it is or as %2F.',
      example: 'tessera/sentiment-en',
      owner: { name: 'owner', inQuery: false },
    },
    code: { description: 'The `code` of a problem.', example: 'INPUT_INVALID' },
  },
  encodeError: encodeProblem,
  page: {
    title: 'Tessera',
    description:
      'Asynchronous inference: submit a task, follow it, fetch its result. SQuARE’s API is described at /api/main/openapi.json.',
    tags: {
      tasks: 'Submit tasks, follow them, fetch their results.',
      evaluations: 'Measure explanations and attacks over datasets.',
      models: 'The catalogue of models.',
      service: 'What the server can do and how it is.',
      keys: 'Who may come in; for administrators.',
    },
    schemas: {
      SubmitTask: submitTask,
      SubmitEvaluation: submitEvaluation,
      Task: taskView,
      TaskReply: taskReply,
      TaskResult: taskResultReply,
      TaskList: taskList,
      Model: modelEntry,
      ModelList: modelList,
      NewModel: newModel,
      ModelPatch: modelPatch,
      KeyList: keyList,
      NewKey: newKey,
      CreatedKey: createdKey,
      ServerStatus: serverStatus,
      ServerStatistics: serverStatistics,
      Problem: problem,
    },
    error: { schema: problem, type: 'application/problem+json' },
  },
};
