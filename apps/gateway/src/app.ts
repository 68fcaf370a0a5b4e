import { AppError } from '@tessera/base';
import { encodeProblem, encodeSquareError } from '@tessera/dialects';
import cors from 'cors';
import express, { type Express } from 'express';
import type { GatewayDeps } from './gateway-deps.ts';
import { errorHandler } from './middleware/error-handler.ts';
import { rateLimit } from './middleware/rate-limit.ts';
import { requestId } from './middleware/request-id.ts';
import { mountDialect } from './mount-dialect.ts';
import { nativeRouter } from './native/router.ts';
import { docsPage } from './pages/docs.ts';
import { healthRoutes } from './pages/health.ts';
import { squareRouter } from './square/router.ts';

const exposedHeaders = [
  'Location',
  'Preference-Applied',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Request-Id',
];

/** The gateway's routes over its parts; nothing listens yet. */
export function createApp(deps: GatewayDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(requestId(deps));
  // Any origin may ask, as in SQuARE (contract-square §1.2).
  app.use(cors({ origin: true, credentials: true, exposedHeaders, maxAge: 600 }));
  // One count for a caller, whatever dialect it speaks.
  const limit = rateLimit(deps);
  mountDialect(app, {
    path: '/api',
    routes: squareRouter(deps, limit),
    encodeError: encodeSquareError,
  });
  mountDialect(app, { path: '/v1', routes: nativeRouter(deps, limit), encodeError: encodeProblem });
  app.use(healthRoutes(deps));
  app.use('/docs', docsPage());
  app.use(() => {
    throw new AppError('ROUTE_UNKNOWN');
  });
  app.use(errorHandler(deps));
  return app;
}
