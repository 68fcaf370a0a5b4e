import { AppError, type ErrorCode, errorCatalogue } from '@tessera/base';
import { problemPath, type WireResponse } from '@tessera/dialects';
import { jsonText } from '../http/json-text.ts';
import { problemPage } from '../pages/problem-page.ts';
import type { NativeHandler } from './call.ts';

/** GET /v1/problems: the error catalogue. */
export const listProblems: NativeHandler<'problems'> = () =>
  jsonText(200, { problems: (Object.keys(errorCatalogue) as ErrorCode[]).map(describe) });

/** GET /v1/problems/{code}: where the `type` of a problem points. */
export const showProblem: NativeHandler<'problem'> = ({ parameters: { code }, request }) => {
  if (!Object.hasOwn(errorCatalogue, code)) throw new AppError('ROUTE_UNKNOWN');
  if (request.accepts(['json', 'html']) === 'html') return htmlPage(problemPage(code as ErrorCode));
  return jsonText(200, describe(code as ErrorCode));
};

/** A page that may load nothing but its own style sheet. */
function htmlPage(text: string): WireResponse {
  return {
    status: 200,
    headers: { 'Content-Security-Policy': "default-src 'none'; style-src 'self'; img-src 'self'" },
    body: { kind: 'bytes', type: 'text/html; charset=utf-8', value: Buffer.from(text) },
  };
}

function describe(code: ErrorCode): object {
  return { type: problemPath(code), code, ...errorCatalogue[code] };
}
