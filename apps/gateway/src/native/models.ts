import { modelPatch, newModel } from '@tessera/contracts';
import { parse, type WireResponse } from '@tessera/dialects';
import express, { type Request, type Response, type Router } from 'express';
import { findModel } from '../find-model.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { jsonText, noContent } from '../http/json-text.ts';
import { pathParameter, replyWith } from '../http/reply-with.ts';
import { identityOf } from '../http/request-context.ts';
import { requireRole } from '../middleware/auth.ts';

/** /v1/models: the catalogue. Identifiers contain slashes: `/v1/models/owner/name`, escaped or not. */
export function modelRoutes({ jobs }: GatewayDeps): Router {
  const router = express.Router();
  const { catalogue } = jobs;

  const create = async (request: Request, response: Response): Promise<WireResponse> => {
    const wanted = parse(newModel, request.body);
    const model = await catalogue.create({
      ...wanted,
      modelName: wanted.modelName ?? wanted.identifier,
      owner: identityOf(response).caller,
    });
    return jsonText(201, model, { Location: `/v1/models/${model.identifier}` });
  };

  const change = async (request: Request): Promise<WireResponse> => {
    const model = await findModel(catalogue, pathParameter(request, 'identifier'));
    const patch = parse(modelPatch, request.body);
    const present = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    return jsonText(
      200,
      Object.keys(present).length === 0 ? model : await catalogue.update(model.identifier, present),
    );
  };

  const remove = async (request: Request): Promise<WireResponse> => {
    const model = await findModel(catalogue, pathParameter(request, 'identifier'));
    await catalogue.remove(model.identifier);
    return noContent;
  };

  router.get(
    '/',
    replyWith('native:models', async () => jsonText(200, { models: await catalogue.list() })),
  );
  router.post('/', requireRole('admin'), replyWith('native:model-create', create));
  router.get(
    '/*identifier',
    replyWith('native:model', async (request) =>
      jsonText(200, await findModel(catalogue, pathParameter(request, 'identifier'))),
    ),
  );
  router.patch('/*identifier', requireRole('admin'), replyWith('native:model-change', change));
  router.delete('/*identifier', requireRole('admin'), replyWith('native:model-remove', remove));
  return router;
}
