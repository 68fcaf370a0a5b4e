import { nativeDialect } from '@tessera/dialects';
import express, { type Router } from 'express';
import type { GatewayDeps } from '../gateway-deps.ts';
import { jsonText } from '../http/json-text.ts';
import { replyWith } from '../http/reply-with.ts';
import { authenticate, requireRole } from '../middleware/auth.ts';
import { openApiPage } from './openapi.ts';

/**
 * /healthz: this process answers. /readyz: a task sent now would end. /metrics: for Prometheus.
 * /openapi.json.
 */
export function healthRoutes(deps: GatewayDeps): Router {
  const { jobs, metrics, draining } = deps;
  const router = express.Router();
  router.get(
    '/healthz',
    replyWith('healthz', () => jsonText(200, { status: 'up' })),
  );
  router.get(
    '/readyz',
    replyWith('readyz', async () => {
      const parts = await jobs.health();
      const ready = Object.values(parts).every((part) => part === 'up') && !draining.aborted;
      return jsonText(ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', ...parts });
    }),
  );
  router.get(
    '/metrics',
    authenticate(deps),
    requireRole('reader'),
    replyWith('metrics', async () => ({
      status: 200,
      body: { kind: 'bytes', type: metrics.contentType, value: Buffer.from(await metrics.text()) },
    })),
  );
  router.get('/openapi.json', replyWith('native:openapi', openApiPage(nativeDialect)));
  return router;
}
