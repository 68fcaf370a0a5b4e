import express, { type Router } from 'express';
import type { GatewayDeps } from '../gateway-deps.ts';
import { replyWith } from '../http/reply-with.ts';
import { requireRole } from '../middleware/auth.ts';
import { readEvaluation } from './read-submission.ts';
import { submitTaskRoute } from './submit.ts';

/**
 * POST /v1/evaluations: a dataset as one task. Answers as POST /v1/tasks does; the task is looked at, followed, cancelled and read
 * below /v1/tasks like any other.
 */
export function evaluationRoutes(deps: GatewayDeps): Router {
  const router = express.Router();
  router.post(
    '/',
    requireRole('caller'),
    replyWith('native:evaluate', submitTaskRoute(deps, readEvaluation)),
  );
  return router;
}
