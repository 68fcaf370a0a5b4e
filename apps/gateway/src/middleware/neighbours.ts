import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '@tessera/base';
import { isLoopback } from '../config.ts';

/**
 * While there are no keys, everybody on this machine is an administrator, and a browser on this machine runs
 * pages of strangers. So only requests that no such page can send are let in: the name in `Host` must be this
 * machine's, else a stranger's name was made to point here (DNS rebinding), and so must the page in `Origin`,
 * which a browser sends with every POST.
 */
export function checkNeighbour(headers: IncomingHttpHeaders, trusted: ReadonlySet<string>): void {
  const { host, origin } = headers;
  if (!isNeighbour(host === undefined ? null : `http://${host}`, trusted)) throw foreign('Host', host);
  if (origin !== undefined && !isNeighbour(origin, trusted)) throw foreign('Origin', origin);
}

/** Whether a page of this origin is this machine's, or of a name in TRUSTED_HOSTS. */
export function isNeighbour(origin: string | null, trusted: ReadonlySet<string>): boolean {
  if (origin === null || !URL.canParse(origin)) return false;
  const name = new URL(origin).hostname.replace(/^\[|\]$/g, '');
  return isLoopback(name) || trusted.has(name);
}

function foreign(header: string, value: string | undefined): AppError {
  const shown = (value ?? 'nobody').slice(0, 100).replace(/[^\x21-\x7e]/g, '?');
  return new AppError('FOREIGN_PAGE', { detail: { what: `the ${header} "${shown}"` } });
}
