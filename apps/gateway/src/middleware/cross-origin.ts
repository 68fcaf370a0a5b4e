import cors from 'cors';
import type { RequestHandler } from 'express';
import type { GatewayDeps } from '../gateway-deps.ts';
import { isNeighbour } from './neighbours.ts';

const exposedHeaders = [
  'Location',
  'Preference-Applied',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Request-Id',
];

/**
 * Which pages may read answers: any, as in SQuARE, where keys are asked for; only this machine's, and without
 * credentials, where none are.
 */
export function crossOrigin({ access, trustedHosts }: GatewayDeps): RequestHandler {
  const common = { exposedHeaders, maxAge: 600 };
  return cors((request, decide) => {
    if (!access.isOpen()) return decide(null, { ...common, origin: true, credentials: true });
    decide(null, { ...common, origin: isNeighbour(request.headers.origin ?? null, trustedHosts) });
  });
}
