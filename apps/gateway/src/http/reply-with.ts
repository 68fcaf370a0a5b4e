import type { WireResponse } from '@tessera/dialects';
import type { Request, RequestHandler, Response } from 'express';
import { contextOf } from './request-context.ts';
import { send } from './send.ts';

/** A route whose handler returns its reply; `route` names it in metrics. */
export function replyWith(
  route: string,
  handle: (request: Request, response: Response) => WireResponse | Promise<WireResponse>,
): RequestHandler {
  return async (request, response) => {
    contextOf(response).route = route;
    send(response, await handle(request, response));
  };
}

/** A path parameter as one text; a wildcard's segments are joined by slashes, so identifiers keep theirs. */
export function pathParameter(request: Request, name: string): string {
  const value: unknown = request.params[name];
  return Array.isArray(value) ? value.join('/') : String(value ?? '');
}
