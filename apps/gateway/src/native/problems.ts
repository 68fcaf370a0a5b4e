import { AppError, type ErrorCode, errorCatalogue } from '@tessera/base';
import { problemPath } from '@tessera/dialects';
import { jsonText } from '../http/json-text.ts';
import type { NativeHandler } from './call.ts';

/** GET /v1/problems: the error catalogue. */
export const listProblems: NativeHandler<'problems'> = () =>
  jsonText(200, { problems: (Object.keys(errorCatalogue) as ErrorCode[]).map(describe) });

/** GET /v1/problems/{code}: where the `type` of a problem points. */
export const showProblem: NativeHandler<'problem'> = ({ parameters: { code } }) => {
  if (!Object.hasOwn(errorCatalogue, code)) throw new AppError('ROUTE_UNKNOWN');
  return jsonText(200, describe(code as ErrorCode));
};

function describe(code: ErrorCode): object {
  return { type: problemPath(code), code, ...errorCatalogue[code] };
}
