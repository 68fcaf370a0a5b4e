import { AppError } from '@tessera/base';
import { type KeyView, newKey } from '@tessera/contracts';
import { parse, type WireResponse } from '@tessera/dialects';
import type { ApiKeyEntry } from '@tessera/jobs';
import express, { type Request, type Router } from 'express';
import type { GatewayDeps } from '../gateway-deps.ts';
import { jsonText, noContent } from '../http/json-text.ts';
import { pathParameter, replyWith } from '../http/reply-with.ts';
import { requireRole } from '../middleware/auth.ts';

/** /v1/keys, for administrators. A key is shown once, in the answer that makes it. */
export function keyRoutes({ jobs }: GatewayDeps): Router {
  const router = express.Router();
  router.use(requireRole('admin'));

  const create = async (request: Request): Promise<WireResponse> => {
    const { name, role, requestsPerMinute } = parse(newKey, request.body);
    const { entry, secret } = await jobs.keys.create({ name, role, limits: { requestsPerMinute } });
    return jsonText(201, { ...viewOf(entry), secret }, { 'Cache-Control': 'no-store' });
  };
  const revoke = async (request: Request): Promise<WireResponse> => {
    const id = pathParameter(request, 'id');
    if (!(await jobs.keys.revoke(id)))
      throw new AppError('KEY_UNKNOWN', { detail: { id: id.slice(0, 100) } });
    return noContent;
  };

  router.post('/', replyWith('native:key-create', create));
  router.get(
    '/',
    replyWith('native:keys', async () => jsonText(200, { keys: (await jobs.keys.list()).map(viewOf) })),
  );
  router.delete('/:id', replyWith('native:key-revoke', revoke));
  return router;
}

function viewOf(entry: ApiKeyEntry): KeyView {
  const { id, name, role, createdAt, revokedAt } = entry;
  return { id, name, role, createdAt, revokedAt, requestsPerMinute: entry.limits.requestsPerMinute };
}
