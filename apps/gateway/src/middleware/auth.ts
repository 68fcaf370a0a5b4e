import { AppError } from '@tessera/base';
import { type Role, roles } from '@tessera/contracts';
import type { RequestHandler, Response } from 'express';
import { type Access, type Identity, localIdentity } from '../access.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { contextOf } from '../http/request-context.ts';
import { checkNeighbour } from './neighbours.ts';

/**
 * Finds out who asks, by `Authorization: Bearer <key>`; while the door is open, whoever is on this machine.
 * Throws UNAUTHENTICATED, and FOREIGN_PAGE for what a stranger's page on this machine may have sent.
 */
export function authenticate({ access, trustedHosts }: GatewayDeps): RequestHandler {
  return async (request, response, next) => {
    const open = access.isOpen();
    if (open) checkNeighbour(request.headers, trustedHosts);
    contextOf(response).identity = open
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
