import type { AppError } from '@tessera/base';
import { jsonReply, type WireResponse } from '../dialect.ts';
import { retryAfter } from '../retry-after.ts';

/**
 * An error in FastAPI's form (docs/square-wire.md#errors): a 422 is a list of {loc, msg, type}, everything
 * else `{"detail": text}`. Always JSON: SQuARE's client reads JSON before it looks at the status.
 */
export function encodeError(error: AppError): WireResponse {
  const { detail, row } = error;
  if (error.code === 'UNAUTHENTICATED')
    return detail.reason === 'missing'
      ? jsonReply(403, { detail: 'Not authenticated' })
      : jsonReply(401, { detail: 'Unauthorized' });
  // FastAPI answers a body that is no JSON with 422 as well.
  if (row.status === 422 || error.code === 'BODY_NOT_JSON')
    return jsonReply(422, {
      detail: [
        {
          loc: location(String(detail.field ?? 'body')),
          msg: String(detail.problem ?? error.message),
          type: typeName(error),
        },
      ],
    });
  return jsonReply(row.status, { detail: error.message }, retryAfter(error));
}

/** `body.input.0.1` → ["body", "input", 0, 1]. */
function location(field: string): readonly (string | number)[] {
  return field.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function typeName(error: AppError): string {
  if (error.code === 'BODY_NOT_JSON') return 'value_error.jsondecode';
  const { type } = error.detail;
  if (type !== undefined) return String(type);
  return error.code === 'INPUT_INVALID' ? 'value_error' : `value_error.${error.code.toLowerCase()}`;
}
