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
