import { AppError } from '@tessera/base';
import { type Role, roles } from '@tessera/contracts';
import type { RequestHandler, Response } from 'express';
import { type Access, type Identity, localIdentity } from '../access.ts';
import { contextOf } from '../http/request-context.ts';

/** Finds out who asks, by `Authorization: Bearer <key>`. Throws UNAUTHENTICATED. */
export function authenticate(access: Access): RequestHandler {
  return async (request, response, next) => {
    contextOf(response).identity = access.isOpen()
      ? localIdentity
      : await identify(access, request.headers.authorization);
    next();
  };
}

async function identify(access: Access, header: string | undefined): Promise<Identity> {
  if (header === undefined) throw new AppError('UNAUTHENTICATED', { detail: { reason: 'missing' } });
  const secret = /^bearer +(\S+)$/i.exec(header)?.[1];
  const identity = secret === undefined ? null : await access.identify(secret);
  if (!identity) throw new AppError('UNAUTHENTICATED', { detail: { reason: 'invalid' } });
  return identity;
}

/** Throws FORBIDDEN unless the caller has at least `role`. */
export function checkRole(response: Response, role: Role): void {
  const { identity } = contextOf(response);
  if (!identity || roles.indexOf(identity.role) < roles.indexOf(role))
    throw new AppError('FORBIDDEN', { detail: { role } });
}

/** {@link checkRole} as a middleware. */
export function requireRole(role: Role): RequestHandler {
  return (_request, response, next) => {
    checkRole(response, role);
    next();
  };
}
