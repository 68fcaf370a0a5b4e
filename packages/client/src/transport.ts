import { problemOf } from './problem-error.ts';

export interface ClientOptions {
  /** Where the server is: `http://127.0.0.1:8000`. */
  readonly baseUrl: string;
  /** An API key; none for a server that is open on loopback. */
  readonly key?: string;
  /** Another fetch, for tests and proxies. */
  readonly fetch?: typeof fetch;
}

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/** Sends one call. Throws ProblemError for an answer that is not 2xx. */
export type Transport = (call: Call) => Promise<Response>;

export function makeTransport(options: ClientOptions): Transport {
  const base = options.baseUrl.replace(/\/+$/, '');
  const send = options.fetch ?? fetch;
  return async (call) => {
    const url = new URL(base + call.path);
    for (const [name, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const headers = new Headers();
    for (const [name, value] of Object.entries(call.headers ?? {}))
      if (value !== undefined) headers.set(name, value);
    if (options.key !== undefined) headers.set('authorization', `Bearer ${options.key}`);
    if (call.body !== undefined) headers.set('content-type', 'application/json');
    const response = await send(url, {
      method: call.method ?? 'GET',
      headers,
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      ...(call.signal ? { signal: call.signal } : {}),
    });
    if (!response.ok) throw await problemOf(response);
    return response;
  };
}

/** An identifier as a path: its slashes stay. */
export function identifierPath(identifier: string): string {
  return identifier.split('/').map(encodeURIComponent).join('/');
}
