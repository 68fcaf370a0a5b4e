import { AppError } from '@tessera/base';
import { nativeDialect, squareDialect } from '@tessera/dialects';
import express, { type Express } from 'express';
import type { GatewayDeps } from './gateway-deps.ts';
import { crossOrigin } from './middleware/cross-origin.ts';
import { errorHandler } from './middleware/error-handler.ts';
import { createOpenRequests } from './middleware/open-requests.ts';
import { rateLimit } from './middleware/rate-limit.ts';
import { requestId } from './middleware/request-id.ts';
import { nativeHandlers } from './native/handlers.ts';
import { docsPage } from './pages/docs.ts';
import { healthRoutes } from './pages/health.ts';
import { serveDialect } from './serve-dialect.ts';
import { squareHandlers } from './square/handlers.ts';

/** The gateway's routes over its parts; nothing listens yet. */
export function createApp(deps: GatewayDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(requestId(deps));
  app.use(crossOrigin(deps));
  // One count for a caller, whatever dialect it speaks.
  const limit = rateLimit(deps);
  const open = createOpenRequests(deps.maxOpenRequests, 'MAX_OPEN_REQUESTS');
  const parts = { deps, limit, open };
  serveDialect(app, { dialect: squareDialect, handlers: squareHandlers(deps) }, parts);
  serveDialect(app, { dialect: nativeDialect, handlers: nativeHandlers(deps) }, parts);
  app.use(healthRoutes(deps));
  app.use('/docs', docsPage());
  app.use(() => {
    throw new AppError('ROUTE_UNKNOWN');
  });
  app.use(errorHandler(deps));
  return app;
}
