import { AppError, type Log, toAppError } from '@tessera/base';
import type { ErrorRequestHandler } from 'express';
import { contextOf } from '../http/request-context.ts';
import { send } from '../http/send.ts';

/** The one place where errors become answers: in the words of the dialect that was asked, and nothing of the inside. */
export function errorHandler(options: {
  readonly log: Log;
  readonly maxBodyBytes: number;
}): ErrorRequestHandler {
  return (thrown: unknown, _request, response, _next) => {
    const { requestId, encodeError, route } = contextOf(response);
    const error = withRequestId(translate(thrown, options.maxBodyBytes), requestId);
    if (error.row.status >= 500)
      options.log.error({ err: error.cause ?? error, code: error.code, requestId, route }, 'request failed');
    // Too late for another status; a cut connection is the only honest answer.
    if (response.headersSent) return void response.destroy();
    send(response, encodeError(error, requestId));
  };
}

/** Errors of Express and of its body reader as rows of the catalogue. */
function translate(thrown: unknown, maxBodyBytes: number): AppError {
  if (thrown instanceof AppError) return thrown;
  const { type, message } = (thrown ?? {}) as { type?: unknown; message?: unknown };
  switch (type) {
    case 'entity.too.large':
      return new AppError('BODY_TOO_LARGE', { detail: { field: 'body', limit: maxBodyBytes } });
    case 'entity.parse.failed':
    case 'encoding.unsupported':
    case 'charset.unsupported':
    case 'request.size.invalid':
    case 'body.not.utf8':
      return new AppError('BODY_NOT_JSON', {
        detail: { field: 'body', problem: String(message).slice(0, 200) },
      });
    case 'request.aborted':
      return new AppError('BODY_NOT_JSON', { detail: { field: 'body', problem: 'it ended early' } });
  }
  // A path with a stray "%".
  if (thrown instanceof URIError) return new AppError('ROUTE_UNKNOWN');
  return toAppError(thrown);
}

function withRequestId(error: AppError, requestId: string): AppError {
  return error.code === 'INTERNAL'
    ? new AppError('INTERNAL', { detail: { requestId }, cause: error.cause })
    : error;
}
