import { modelPatch, newModel } from '@tessera/contracts';
import { parse } from '@tessera/dialects';
import { findModel } from '../find-model.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { clientSignal } from '../http/client-signal.ts';
import { jsonText, noContent } from '../http/json-text.ts';
import { awaitDescription } from './await-description.ts';
import { awaitLoad } from './await-load.ts';
import type { NativeHandler } from './call.ts';

/** GET /v1/models. */
export function listModels({ jobs }: GatewayDeps): NativeHandler<'models'> {
  return async () => jsonText(200, { models: await jobs.catalogue.list() });
}

/**
 * POST /v1/models: an entry of the catalogue, once a host has read a folder dry. With `load` the answer waits
 * until the model has answered one text; one that cannot is taken out again. Throws MODEL_UNUSABLE.
 */
export function createModel({ jobs, clock, closing }: GatewayDeps): NativeHandler<'model-create'> {
  return async ({ request, response, identity }) => {
    const { load, tasks, ...wanted } = parse(newModel, request.body);
    const created = await jobs.catalogue.create({
      ...wanted,
      // What the caller declares is laid over what the files say, so the files are read all the same.
      tasks: [],
      modelName: wanted.modelName ?? wanted.identifier,
      owner: identity.caller,
    });
    let model = await awaitDescription(created, { jobs, clock });
    if (tasks.length > 0) {
      await jobs.catalogue.report(model.identifier, { tasks });
      model = { ...model, tasks };
    }
    if (load) model = await awaitLoad(model, { jobs, identity, signal: clientSignal(response, closing) });
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
