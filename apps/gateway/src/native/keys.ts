import { AppError } from '@tessera/base';
import { type KeyView, newKey } from '@tessera/contracts';
import { parse } from '@tessera/dialects';
import type { ApiKeyEntry } from '@tessera/jobs';
import type { GatewayDeps } from '../gateway-deps.ts';
import { jsonText, noContent } from '../http/json-text.ts';
import type { NativeHandler } from './call.ts';

/** GET /v1/keys: without their secrets. */
export function listKeys({ jobs }: GatewayDeps): NativeHandler<'keys'> {
  return async () => jsonText(200, { keys: (await jobs.keys.list()).map(viewOf) });
}

/** POST /v1/keys: a key is shown once, in this answer. */
export function createKey({ jobs }: GatewayDeps): NativeHandler<'key-create'> {
  return async ({ request }) => {
    const { name, role, requestsPerMinute } = parse(newKey, request.body);
    const { entry, secret } = await jobs.keys.create({ name, role, limits: { requestsPerMinute } });
    return jsonText(201, { ...viewOf(entry), secret }, { 'Cache-Control': 'no-store' });
  };
}

/** DELETE /v1/keys/{id}. */
export function revokeKey({ jobs }: GatewayDeps): NativeHandler<'key-revoke'> {
  return async ({ parameters: { id } }) => {
    if (!(await jobs.keys.revoke(id)))
      throw new AppError('KEY_UNKNOWN', { detail: { id: id.slice(0, 100) } });
    return noContent;
  };
}

function viewOf(entry: ApiKeyEntry): KeyView {
  const { id, name, role, createdAt, revokedAt } = entry;
  return { id, name, role, createdAt, revokedAt, requestsPerMinute: entry.limits.requestsPerMinute };
}
