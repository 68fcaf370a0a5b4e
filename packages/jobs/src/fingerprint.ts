import { createHash } from 'node:crypto';
import type { JobRequest } from '@tessera/contracts';

/**
 * SHA-256 of what a request asks for, whatever the order of its keys: equal for a request that is sent again.
 */
export function fingerprint({ model, kind, payload, priority, timeToLiveMs }: JobRequest): string {
  const asked = { model, kind, payload, priority, timeToLiveMs };
  return createHash('sha256').update(JSON.stringify(asked, sortKeys)).digest('hex');
}

function sortKeys(_: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
