import { AppError } from '@tessera/base';
import type { ModelEntry } from '@tessera/contracts';
import {
  decodeDeploy,
  decodeUpdate,
  encodeDeployedModel,
  encodeQueued,
  encodeStatistics,
  jsonReply,
  type WireResponse,
} from '@tessera/dialects';
import type { Jobs } from '@tessera/jobs';
import type { Identity } from '../access.ts';
import { readModel } from '../find-model.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import type { SquareHandler } from './call.ts';
import { doneTaskId, startLoad } from './managed-task.ts';

const absent = jsonReply(406, { detail: 'A model with the input identifier does not exist' });

/** GET deployed-models. */
export function deployedModels({ jobs }: GatewayDeps): SquareHandler<'deployed-models'> {
  return async () => jsonReply(200, (await jobs.catalogue.list()).map(encodeDeployedModel));
}

/** GET deployed-model-workers. */
export function deployedModelWorkers({ jobs }: GatewayDeps): SquareHandler<'deployed-model-workers'> {
  return async () =>
    jsonReply(
      200,
      (await jobs.catalogue.list()).map(({ identifier, replicas }) => ({
        identifier,
        num_containers: replicas,
      })),
    );
}

/** POST deploy: an entry of the catalogue, and a job that makes a host load it. */
export function deploy({ jobs }: GatewayDeps): SquareHandler<'deploy'> {
  return async ({ request, identity }) => {
    const wanted = decodeDeploy(request.body);
    const source = await sourceOf(jobs, wanted.modelName);
    const created = await jobs.catalogue
      .create({ ...wanted, source, owner: identity.caller })
      .catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'MODEL_EXISTS') return null;
        throw error;
      });
    if (!created) return jsonReply(406, { detail: 'A model with that identifier already exists' });
    return encodeQueued(`Queued deploying ${created.identifier}`, await startLoad(jobs, created, identity));
  };
}

/** The files of a model that is there under the same name already, else the hub's repository of that name. */
async function sourceOf(jobs: Jobs, modelName: string): Promise<ModelEntry['source']> {
  const known = (await jobs.catalogue.list()).find((model) => model.modelName === modelName);
  return known?.source ?? { kind: 'hub', repository: modelName, revision: 'main' };
}

/** DELETE remove/{id}. */
export function remove({ jobs, newId }: GatewayDeps): SquareHandler<'remove'> {
  return async ({ parameters, identity }) =>
    forOwner(jobs, { ...parameters, identity, verb: 'remove' }, async (model) => {
      await jobs.catalogue.remove(model.identifier);
      return encodeQueued('Queued removing model.', doneTaskId('removed', model.identifier, newId()));
    });
}

/** PATCH update/{id}. */
export function managerUpdate({ jobs }: GatewayDeps): SquareHandler<'manager-update'> {
  return async ({ parameters, identity, request }) =>
    forOwner(jobs, { ...parameters, identity, verb: 'update' }, async (model) => {
      const change = decodeUpdate(request.body, model);
      const changed = await jobs.catalogue.update(model.identifier, change);
      return jsonReply(200, { status_code: 200, content: encodeStatistics(changed) });
    });
}

/** {id}/add_worker/{n}: more replicas. */
export function addWorker({ jobs, newId }: GatewayDeps): SquareHandler<'add-worker'> {
  return async ({ parameters, identity }) =>
    forOwner(jobs, { ...parameters, identity, verb: 'add a worker to' }, async (model) => {
      const replicas = Math.min(64, model.replicas + Number(parameters.count));
      await jobs.catalogue.update(model.identifier, { replicas });
      return encodeQueued(
        `Queued adding worker for ${model.identifier}`,
        doneTaskId('scaled', model.identifier, newId()),
      );
    });
}

/** {id}/remove_worker/{n}: fewer replicas, at least one. */
export function removeWorker({ jobs, newId }: GatewayDeps): SquareHandler<'remove-worker'> {
  return async ({ parameters, identity }) =>
    forOwner(jobs, { ...parameters, identity, verb: 'remove a worker from' }, async (model) => {
      if (model.replicas <= Number(parameters.count))
        return jsonReply(403, {
          detail: `Only ${model.replicas} worker left. To remove that remove the whole model.`,
        });
      await jobs.catalogue.update(model.identifier, { replicas: model.replicas - Number(parameters.count) });
      return encodeQueued(
        `Queued removing worker for ${model.identifier}`,
        doneTaskId('scaled', model.identifier, newId()),
      );
    });
}

/** Runs `change` for the model's owner or an administrator; the refusals are the manager's own. */
async function forOwner(
  jobs: Jobs,
  asked: { readonly identifier: string; readonly identity: Identity; readonly verb: string },
  change: (model: ModelEntry) => Promise<WireResponse>,
): Promise<WireResponse> {
  const model = await readModel(jobs.catalogue, asked.identifier);
  if (!model) return absent;
  if (asked.identity.role !== 'admin' && model.owner !== asked.identity.caller)
    return jsonReply(403, { detail: `Cannot ${asked.verb} a model deployed by another user.` });
  return change(model);
}
