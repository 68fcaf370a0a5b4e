import { AppError } from '@tessera/base';
import { jsonReply, type WireResponse } from '@tessera/dialects';
import type { Request, RequestHandler, Response } from 'express';
import { localIdentity } from '../access.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { contextOf } from '../http/request-context.ts';
import { send } from '../http/send.ts';
import { authenticate, checkRole } from '../middleware/auth.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { squareOpenApi } from '../pages/square-openapi.ts';
import type { SquareCall, SquareHandler, SquareHandlers } from './handler.ts';
import { heartbeat, modelHeartbeat } from './heartbeat.ts';
import {
  databaseDeploy,
  databaseUpdate,
  explainers,
  modelHealth,
  modelsHealth,
  tasks,
} from './manager-health.ts';
import { matchSquarePath, type RouteKind, type SquareRoute } from './match-path.ts';
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
import { routeRules } from './route-rules.ts';
import { stats, update } from './statistics.ts';
import { taskResult } from './task-result.ts';

/** SQuARE's three APIs below /api: match the path, let in, read the body, hand over. */
export function squareRouter(deps: GatewayDeps, limit: RequestHandler): RequestHandler {
  const handlers: SquareHandlers = {
    heartbeat,
    openapi: () => jsonReply(200, squareOpenApi()),
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
  const identify = authenticate(deps.access);
  const readBody = jsonBody(deps.maxBodyBytes);

  // One handler and not a router's chain: that costs more than everything else the gateway does with a poll.
  return async (request, response) => {
    const route = matchSquarePath(request.path, userOf(request));
    if (!route) throw new AppError('ROUTE_UNKNOWN');
    const { methods, role, body } = routeRules[route.kind];
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    if (!methods.includes(method)) {
      response.setHeader('Allow', methods.join(', '));
      throw new AppError('METHOD_NOT_ALLOWED');
    }
    contextOf(response).route = `square:${route.kind}`;
    if (role !== null) {
      await passing(identify, request, response);
      checkRole(response, role);
      await passing(limit, request, response);
    }
    if (body) await passing(readBody, request, response);
    const identity = contextOf(response).identity ?? localIdentity;
    send(response, await call(handlers, route.kind, { route, identity, request, response }));
  };
}

/** Resolves when a middleware lets the request pass; rejects with what it throws or hands on. */
function passing(middleware: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (error?: unknown): void => (error ? reject(error) : resolve());
    const returned: unknown = middleware(request, response, next);
    if (returned instanceof Promise) returned.catch(reject);
  });
}

function call<K extends RouteKind>(
  handlers: SquareHandlers,
  kind: K,
  squareCall: Omit<SquareCall<K>, 'route'> & { readonly route: SquareRoute },
): WireResponse | Promise<WireResponse> {
  // The key and the route's kind are the same word, which the compiler cannot see through an index.
  const handler = handlers[kind] as SquareHandler<K>;
  return handler(squareCall as SquareCall<K>);
}

function userOf(request: Request): string | null {
  const user = request.query.hf_username;
  return typeof user === 'string' && user !== '' ? user : null;
}
