import type { Request } from 'express';

const pattern = /(?:^|[\s,;])wait\s*=\s*"?(\d{1,6})"?(?:$|[\s,;])/i;

/** Milliseconds of `Prefer: wait=N` (RFC 7240 §4.3), at most `maxMs`; null when the header does not ask. */
export function preferredWaitMs(request: Request, maxMs: number): number | null {
  const header = request.headers.prefer;
  const seconds = pattern.exec(Array.isArray(header) ? header.join(',') : (header ?? ''))?.[1];
  return seconds === undefined ? null : Math.min(Number(seconds) * 1000, maxMs);
}

/** The header that says how long was granted. */
export function appliedWait(waitMs: number): Readonly<Record<string, string>> {
  return { 'Preference-Applied': `wait=${Math.round(waitMs / 1000)}` };
}
