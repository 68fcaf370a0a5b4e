import type { AppError } from '@tessera/base';
import type { WireResponse } from '@tessera/dialects';
import type { Response } from 'express';
import type { Identity } from '../access.ts';

/** What the gateway knows of one request beside what it carries. */
export interface RequestContext {
  readonly requestId: string;
  /** Name of the route for metrics: a pattern, never a path, so that labels stay few. */
  route: string;
  identity: Identity | null;
  encodeError: (error: AppError, requestId: string) => WireResponse;
}

/** The context of the request that `response` answers; the first middleware puts it there. */
export function contextOf(response: Response): RequestContext {
  return response.locals.context as RequestContext;
}

/** Who asks; every route that needs to know runs after authentication. */
export function identityOf(response: Response): Identity {
  const { identity } = contextOf(response);
  if (!identity) throw new Error('this route runs before authentication');
  return identity;
}
