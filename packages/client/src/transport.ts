import ky, { HTTPError, TimeoutError } from 'ky';
import { problemOf } from './problem-error.ts';
import { UnreachableError } from './unreachable-error.ts';

export interface ClientOptions {
  /** Where the server is: `http://127.0.0.1:8000`. */
  readonly baseUrl: string;
  /** An API key; none for a server that is open on loopback. */
  readonly key?: string;
  /** Another fetch, for tests and proxies. */
  readonly fetch?: typeof fetch;
  /**
   * How often a call is tried again after 429, 503 and broken connections, when trying again cannot do harm;
   * 3.
   */
  readonly retries?: number;
  /** How long one answer may take beside the time that was asked for by `waitSeconds`; 30,000 ms. */
  readonly timeoutMs?: number;
}

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** How long the server was asked to hold the request open. */
  readonly waitSeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sends one call. Throws ProblemError for an answer that is not 2xx, UnreachableError where none comes. */
export type Transport = (call: Call) => Promise<Response>;

/** The longest Retry-After that is waited for. */
const mostPatienceMs = 60_000;

/**
 * Calls of one server. Busy answers (429, 503) and broken connections are tried again after Retry-After,
 * unless doing so could do something twice: a POST without an Idempotency-Key is sent once.
 */
export function createTransport(options: ClientOptions): Transport {
  const base = options.baseUrl.replace(/\/+$/, '');
  const { key, fetch: own, retries = 3, timeoutMs = 30_000 } = options;
  return async (call) => {
    const method = call.method ?? 'GET';
    const headers = present({
      ...call.headers,
      authorization: key === undefined ? undefined : `Bearer ${key}`,
    });
    const repeatable = method !== 'POST' || 'idempotency-key' in headers;
    const url = new URL(base + call.path);
    for (const [name, value] of Object.entries(present(call.query ?? {})))
      url.searchParams.set(name, String(value));
    try {
      return await ky(url, {
        method,
        headers,
        timeout: timeoutMs + 1000 * (call.waitSeconds ?? 0),
        retry: {
          limit: repeatable ? retries : 0,
          methods: [method],
          statusCodes: [429, 503],
          afterStatusCodes: [429, 503],
          maxRetryAfter: mostPatienceMs,
        },
        ...(call.body === undefined ? {} : { json: call.body }),
        ...(call.signal ? { signal: call.signal } : {}),
        ...(own ? { fetch: own } : {}),
      });
    } catch (thrown) {
      if (thrown instanceof HTTPError) throw await problemOf(thrown.response);
      if (call.signal?.aborted) throw thrown;
      throw new UnreachableError(base, thrown instanceof TimeoutError ? 'no answer in time' : thrown);
    }
  };
}

function present<T>(values: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Record<
    string,
    T
  >;
}

/** An identifier as a path: its slashes stay. */
export function identifierPath(identifier: string): string {
  return identifier.split('/').map(encodeURIComponent).join('/');
}
