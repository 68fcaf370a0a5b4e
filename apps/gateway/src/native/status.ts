import { AppError, type ErrorCode, errorCatalogue } from '@tessera/base';
import { batchEdges, explainCatalogue, latencyEdgesMs, statisticsFilter } from '@tessera/contracts';
import { parse, problemPath } from '@tessera/dialects';
import express, { type Router } from 'express';
import type { GatewayDeps } from '../gateway-deps.ts';
import { jsonText } from '../http/json-text.ts';
import { pathParameter, replyWith } from '../http/reply-with.ts';

/** /v1/status, /v1/statistics, /v1/explainers, /v1/problems: what goes on, what there is, and what errors mean. */
export function statusRoutes({ jobs, features }: GatewayDeps): Router {
  const router = express.Router();
  router.get(
    '/status',
    replyWith('native:status', async () => {
      const [counts, hosts, health] = await Promise.all([jobs.counts(), jobs.hosts.list(), jobs.health()]);
      return jsonText(200, { counts, hosts, health, features });
    }),
  );
  router.get(
    '/statistics',
    replyWith('native:statistics', async (request) => {
      const { model, hours } = parse(statisticsFilter, request.query);
      const rows = await jobs.statistics.read({ ...(model ? { model } : {}), sinceHours: hours });
      return jsonText(200, { hours: rows, latencyEdgesMs, batchEdges });
    }),
  );
  router.get(
    '/explainers',
    replyWith('native:explainers', () => jsonText(200, { explainers: explainCatalogue })),
  );
  router.get(
    '/problems',
    replyWith('native:problems', () =>
      jsonText(200, { problems: (Object.keys(errorCatalogue) as ErrorCode[]).map(describe) }),
    ),
  );
  router.get(
    '/problems/:code',
    replyWith('native:problem', (request) => {
      const code = pathParameter(request, 'code');
      if (!Object.hasOwn(errorCatalogue, code)) throw new AppError('ROUTE_UNKNOWN');
      return jsonText(200, describe(code as ErrorCode));
    }),
  );
  return router;
}

function describe(code: ErrorCode): object {
  return { type: problemPath(code), code, ...errorCatalogue[code] };
}
