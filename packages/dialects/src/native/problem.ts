import type { AppError, ErrorCode } from '@tessera/base';
import type { Problem } from '@tessera/contracts';
import type { WireResponse } from '../dialect.ts';
import { retryAfter } from '../retry-after.ts';

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthenticated',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content too large',
  415: 'Unsupported media type',
  422: 'Unprocessable content',
  429: 'Too many requests',
  500: 'Internal error',
  502: 'Bad gateway',
  503: 'Unavailable',
  504: 'Timed out',
};

/** Where GET explains a code. */
export function problemPath(code: ErrorCode): string {
  return `/v1/problems/${code}`;
}

/** An error as RFC 9457 problem details, with `code` for programs and `field` for what is wrong. */
export function encodeProblem(error: AppError, requestId: string): WireResponse {
  const { status, retry } = error.row;
  const { field } = error.detail;
  const problem: Problem = {
    type: problemPath(error.code),
    title: titles[status] ?? 'Error',
    status,
    detail: error.message,
    code: error.code,
    ...(field === undefined ? {} : { field: String(field) }),
    retry,
    requestId,
  };
  return {
    status,
    headers: {
      ...retryAfter(error),
      ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
    },
    body: { kind: 'json-text', type: 'application/problem+json', value: JSON.stringify(problem) },
  };
}
