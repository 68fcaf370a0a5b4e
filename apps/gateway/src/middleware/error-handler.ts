import { AppError, type Log, toAppError } from '@tessera/base';
import { isPassing } from '@tessera/jobs';
import type { ErrorRequestHandler } from 'express';
import { contextOf } from '../http/request-context.ts';
import { send } from '../http/send.ts';

/**
 * The one place where errors become answers: in the words of the dialect that was asked, and nothing of the
 * inside.
 */
export function errorHandler(options: {
  readonly log: Log;
  readonly maxBodyBytes: number;
}): ErrorRequestHandler {
  const { log, maxBodyBytes } = options;
  return (thrown: unknown, _request, response, _next) => {
    const { requestId, encodeError, route } = contextOf(response);
    const error = translate(thrown, { requestId, maxBodyBytes });
    // What failed here is logged here, once; the error of a task that failed was logged by its worker, under
    // the task's id.
    if (error.code === 'INTERNAL' && error.detail.requestId === requestId)
      log.error({ err: error.cause ?? thrown, requestId, route }, 'request failed');
    if (error.code === 'SERVICE_UNAVAILABLE')
      log.warn({ err: error.cause, part: error.detail.part, requestId, route }, 'request refused');
    // Too late for another status; a cut connection is the only honest answer.
    if (response.headersSent) return void response.destroy();
    send(response, encodeError(error, requestId));
  };
}

/** Errors of Express, of its body reader and of the stores as rows of the catalogue. */
function translate(
  thrown: unknown,
  { requestId, maxBodyBytes }: { readonly requestId: string; readonly maxBodyBytes: number },
): AppError {
  if (thrown instanceof AppError) return toAppError(thrown, requestId);
  const { type, status, message } = (thrown ?? {}) as { type?: unknown; status?: unknown; message?: unknown };
  if (type === 'entity.too.large')
    return new AppError('BODY_TOO_LARGE', { detail: { field: 'body', limit: maxBodyBytes } });
  if (type === 'request.aborted')
    return new AppError('BODY_NOT_JSON', { detail: { field: 'body', problem: 'it ended early' } });
  // A path with a stray "%".
  if (thrown instanceof URIError) return new AppError('ROUTE_UNKNOWN');
  // The body reader says of each of its refusals whose fault it was: no JSON, no UTF-8, broken gzip, an
  // encoding that nobody knows.
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new AppError('BODY_NOT_JSON', {
      detail: { field: 'body', problem: String(message).slice(0, 200) },
    });
  // The stores say so themselves; whatever reaches this place in another way is no less passing.
  if (isPassing(thrown))
    return new AppError('SERVICE_UNAVAILABLE', { detail: { part: 'database' }, cause: thrown });
  return toAppError(thrown, requestId);
}
