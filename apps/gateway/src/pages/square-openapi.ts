import { type Json, taskNames } from '@tessera/contracts';
import {
  deployRequest,
  modelStatistics,
  predictionRequest,
  queuedReply,
  squareError,
  squareTaskReply,
  updateModel,
} from '@tessera/dialects';
import { z } from 'zod';
import { type Operation, openApiDocument } from './openapi-document.ts';

const user = z.object({ hf_username: z.string().optional() });
const refused = {
  404: { text: 'No such model.', schema: squareError },
  422: { text: 'The field that is wrong, and why.', schema: squareError },
};

/** Every form of an identifier is a path of its own, as on SQuARE's page. */
const forms = [
  { prefix: '/api/main/{identifier}', query: user },
  { prefix: '/api/main/{hf_username}/{identifier}', query: undefined },
] as const;

const perModel: readonly Operation[] = forms.flatMap(({ prefix, query }) => [
  ...taskNames.map(
    (task): Operation => ({
      method: 'post',
      path: `${prefix}/${task}`,
      summary: `Queue ${task.replaceAll('-', ' ')}`,
      tag: 'predictions',
      body: predictionRequest,
      ...(query ? { query } : {}),
      replies: { 200: { text: 'Accepted; ask for the result by task_id.', schema: queuedReply }, ...refused },
    }),
  ),
  {
    method: 'get',
    path: `${prefix}/stats`,
    summary: "A model's settings",
    tag: 'models',
    ...(query ? { query } : {}),
    replies: { 200: { text: 'The settings.', schema: modelStatistics }, 404: refused[404] },
  },
  {
    method: 'post',
    path: `${prefix}/update`,
    summary: "Change a model's settings; what is left out stays",
    tag: 'models',
    body: updateModel,
    ...(query ? { query } : {}),
    replies: { 200: { text: 'The settings now.', schema: modelStatistics }, ...refused },
  },
]);

const operations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/main/health/heartbeat',
    summary: 'Whether the service answers',
    tag: 'service',
    replies: { 200: { text: 'It does.', schema: z.object({ is_alive: z.boolean() }) } },
  },
  ...perModel,
  {
    method: 'get',
    path: '/api/main/task_result/{task_id}',
    summary: 'The result of a task; the request is held open until the task ends, 25 s at the most',
    tag: 'predictions',
    headers: { Prefer: 'wait=N holds the request open for N seconds at the most.' },
    replies: {
      200: { text: 'Finished.', schema: squareTaskReply },
      202: { text: 'Not finished yet.', schema: squareTaskReply },
      404: { text: 'No such task.', schema: squareError },
      500: { text: 'The task failed; JSON when Accept names JSON, else text.', schema: squareTaskReply },
    },
  },
  {
    method: 'post',
    path: '/api/models/deploy',
    summary: 'Add a model and load it',
    tag: 'models',
    body: deployRequest,
    replies: {
      200: { text: 'Accepted.', schema: queuedReply },
      406: { text: 'It exists.', schema: squareError },
    },
  },
  {
    method: 'get',
    path: '/api/models/deployed-models',
    summary: 'The models there are',
    tag: 'models',
    replies: { 200: { text: 'A list.', schema: z.array(z.record(z.string(), z.unknown())) } },
  },
];

/** OpenAPI of the SQuARE dialect. */
export function squareOpenApi(): Json {
  page ??= openApiDocument({
    title: 'Tessera: SQuARE Model Inference API',
    version: '0.1.0',
    description: "UKP-SQuARE's API, served by Tessera. The native API is described at /openapi.json.",
    operations,
    schemas: {
      PredictionRequest: predictionRequest,
      QueuedReply: queuedReply,
      TaskResult: squareTaskReply,
      ModelStatistics: modelStatistics,
      UpdateModel: updateModel,
      DeployRequest: deployRequest,
      Error: squareError,
    },
  }) as Json;
  return page;
}

let page: Json | undefined;
