import type { Dialect } from '../routes/route.ts';
import { encodeError } from './encode-error.ts';
import { managerRoutes } from './manager-routes.ts';
import { inferenceRoutes, squareParameters, squareReserved } from './routes.ts';
import {
  deployedModel,
  deployRequest,
  modelStatistics,
  predictionRequest,
  queuedReply,
  squareError,
  squareTaskReply,
  updateModel,
} from './wire.ts';

const routes = { ...inferenceRoutes, ...managerRoutes };
export type SquareRoutes = typeof routes;

/** SQuARE's three APIs below /api: the inference API, its old form, and the model manager. */
export const squareDialect: Dialect<SquareRoutes> = {
  name: 'square',
  path: '/api',
  routes,
  parameters: squareParameters,
  reserved: squareReserved,
  encodeError,
  page: {
    title: 'Tessera: SQuARE Model Inference API',
    description: "UKP-SQuARE's API, served by Tessera. The native API is described at /openapi.json.",
    tags: {
      predictions: 'Queue predictions and fetch their results.',
      models: 'Settings of the models.',
      manager: 'Deploy, remove and scale models.',
      service: 'The service itself.',
    },
    schemas: {
      PredictionRequest: predictionRequest,
      QueuedReply: queuedReply,
      TaskResult: squareTaskReply,
      ModelStatistics: modelStatistics,
      UpdateModel: updateModel,
      DeployRequest: deployRequest,
      DeployedModel: deployedModel,
      Error: squareError,
    },
    error: { schema: squareError, type: 'application/json' },
  },
};
