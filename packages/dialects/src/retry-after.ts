import type { AppError } from '@tessera/base';

/** A store that is away is mostly back by then. */
const unavailableSeconds = 2;

/**
 * `Retry-After` for what may be asked again: too many requests, and a store that is away. Every dialect says
 * it alike.
 */
export function retryAfter({ row, detail }: AppError): Readonly<Record<string, string>> {
  if (row.status === 503) return { 'Retry-After': String(detail.seconds ?? unavailableSeconds) };
  if (row.status === 429 && detail.seconds !== undefined) return { 'Retry-After': String(detail.seconds) };
  return {};
}
