import { type SquareRoutes, squareDialect } from '@tessera/dialects';
import type { GatewayDeps } from '../gateway-deps.ts';
import { openApiPage } from '../pages/openapi.ts';
import type { Handlers } from '../serve-dialect.ts';
import { heartbeat, modelHeartbeat } from './heartbeat.ts';
import {
  databaseDeploy,
  databaseUpdate,
  explainers,
  modelHealth,
  modelsHealth,
  tasks,
} from './manager-health.ts';
import {
  addWorker,
  deploy,
  deployedModels,
  deployedModelWorkers,
  managerUpdate,
  remove,
  removeWorker,
} from './model-manager.ts';
import { predict } from './predict.ts';
import { stats, update } from './statistics.ts';
import { taskResult } from './task-result.ts';

/** SQuARE's three APIs below /api: who answers which route. */
export function squareHandlers(deps: GatewayDeps): Handlers<SquareRoutes> {
  return {
    heartbeat,
    openapi: openApiPage(squareDialect),
    'model-heartbeat': modelHeartbeat(deps),
    prediction: predict(deps),
    'task-result': taskResult(deps),
    stats: stats(deps),
    update: update(deps),
    'deployed-models': deployedModels(deps),
    'deployed-model-workers': deployedModelWorkers(deps),
    'models-health': modelsHealth(deps),
    'model-health': modelHealth(deps),
    explainers,
    tasks: tasks(deps),
    deploy: deploy(deps),
    remove: remove(deps),
    'manager-update': managerUpdate(deps),
    'add-worker': addWorker(deps),
    'remove-worker': removeWorker(deps),
    'db-update': databaseUpdate,
    'db-deploy': databaseDeploy(deps),
  };
}
