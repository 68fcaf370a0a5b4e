import { modelPatch, newModel } from '@tessera/contracts';
import { parse } from '@tessera/dialects';
import { findModel } from '../find-model.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { jsonText, noContent } from '../http/json-text.ts';
import { awaitDescription } from './await-description.ts';
import type { NativeHandler } from './call.ts';

/** GET /v1/models. */
export function listModels({ jobs }: GatewayDeps): NativeHandler<'models'> {
  return async () => jsonText(200, { models: await jobs.catalogue.list() });
}

/**
 * POST /v1/models: an entry of the catalogue, once a host has read a folder dry; the model is loaded when it
 * is first asked for.
 */
export function createModel({ jobs, clock }: GatewayDeps): NativeHandler<'model-create'> {
  return async ({ request, identity }) => {
    const wanted = parse(newModel, request.body);
    const created = await jobs.catalogue.create({
      ...wanted,
      modelName: wanted.modelName ?? wanted.identifier,
      owner: identity.caller,
    });
    const model = await awaitDescription(created, { jobs, clock });
    return jsonText(201, model, { Location: `/v1/models/${model.identifier}` });
  };
}

/** GET /v1/models/{identifier}. */
export function showModel({ jobs }: GatewayDeps): NativeHandler<'model'> {
  return async ({ parameters }) => jsonText(200, await findModel(jobs.catalogue, parameters.identifier));
}

/** PATCH /v1/models/{identifier}: what is left out stays. */
export function changeModel({ jobs }: GatewayDeps): NativeHandler<'model-change'> {
  return async ({ parameters, request }) => {
    const model = await findModel(jobs.catalogue, parameters.identifier);
    const patch = parse(modelPatch, request.body);
    const present = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    return jsonText(
      200,
      Object.keys(present).length === 0 ? model : await jobs.catalogue.update(model.identifier, present),
    );
  };
}

/** DELETE /v1/models/{identifier}. */
export function removeModel({ jobs }: GatewayDeps): NativeHandler<'model-remove'> {
  return async ({ parameters }) => {
    const model = await findModel(jobs.catalogue, parameters.identifier);
    await jobs.catalogue.remove(model.identifier);
    return noContent;
  };
}
