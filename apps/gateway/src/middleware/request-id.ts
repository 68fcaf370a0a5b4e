import { AppError } from '@tessera/base';
import { encodeSquareError } from '@tessera/dialects';
import type { RequestHandler } from 'express';
import type { GatewayDeps } from '../gateway-deps.ts';
import type { RequestContext } from '../http/request-context.ts';

const acceptable = /^[\w.:-]{1,128}$/;

/**
 * Names every request (the caller's X-Request-Id when it is a tame one), answers with the name, and times the
 * request.
 */
export function requestId({ newId, clock, metrics }: GatewayDeps): RequestHandler {
  return (request, response, next) => {
    const given = request.headers['x-request-id'];
    const id = typeof given === 'string' && acceptable.test(given) ? given : newId();
    // Until a dialect takes over, errors have the plainest form: {"detail": text}.
    const context: RequestContext = {
      requestId: id,
      route: 'unknown',
      identity: null,
      encodeError: encodeSquareError,
    };
    response.locals.context = context;
    response.setHeader('X-Request-Id', id);
    const startMs = clock.monotonicMs();
    response.once('finish', () => {
      metrics.observe(
        { method: request.method, route: context.route, status: response.statusCode },
        clock.monotonicMs() - startMs,
      );
    });
    // No path and no query of ours holds a NUL, and no store takes one.
    if (/%00/.test(request.url)) throw new AppError('ROUTE_UNKNOWN');
    next();
  };
}
