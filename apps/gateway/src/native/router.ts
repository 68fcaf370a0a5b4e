import { AppError } from '@tessera/base';
import express, { type RequestHandler, type Router } from 'express';
import type { GatewayDeps } from '../gateway-deps.ts';
import { jsonText } from '../http/json-text.ts';
import { replyWith } from '../http/reply-with.ts';
import { authenticate, requireRole } from '../middleware/auth.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { nativeOpenApi } from '../pages/native-openapi.ts';
import { evaluationRoutes } from './evaluations.ts';
import { keyRoutes } from './keys.ts';
import { modelRoutes } from './models.ts';
import { statusRoutes } from './status.ts';
import { taskRoutes } from './tasks.ts';

/** Tessera's own API below /v1. */
export function nativeRouter(deps: GatewayDeps, limit: RequestHandler): Router {
  const router = express.Router();
  router.get(
    '/openapi.json',
    replyWith('native:openapi', () => jsonText(200, nativeOpenApi())),
  );
  router.use(authenticate(deps.access), limit, requireRole('reader'), jsonBody(deps.maxBodyBytes));
  router.use('/tasks', taskRoutes(deps));
  router.use('/evaluations', evaluationRoutes(deps));
  router.use('/models', modelRoutes(deps));
  router.use('/keys', keyRoutes(deps));
  router.use(statusRoutes(deps));
  router.use((request) => {
    throw new AppError(knownPath(request.path) ? 'METHOD_NOT_ALLOWED' : 'ROUTE_UNKNOWN');
  });
  return router;
}

const known = [
  /^\/tasks\/?$/,
  /^\/tasks\/[^/]+(?:\/(?:result|events|cancel))?\/?$/,
  /^\/evaluations\/?$/,
  /^\/models(?:\/.*)?$/,
  /^\/keys(?:\/[^/]+)?\/?$/,
  /^\/(?:status|statistics|explainers|problems)(?:\/[^/]+)?\/?$/,
];

/** Whether another method would have found something here. */
function knownPath(path: string): boolean {
  return known.some((pattern) => pattern.test(path));
}
