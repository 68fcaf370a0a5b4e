import { AppError } from '@tessera/base';
import { type Json, normalForm } from '@tessera/contracts';
import { encodeDeployTask, encodeExplainers, isAlive, jsonReply } from '@tessera/dialects';
import { readModel } from '../find-model.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import type { SquareHandler } from './call.ts';
import { isLoad, startLoad } from './managed-task.ts';

/** GET health and deployed-models-health. */
export function modelsHealth({ jobs }: GatewayDeps): SquareHandler<'models-health'> {
  return async () =>
    jsonReply(
      200,
      (await jobs.catalogue.list()).map((model) => ({
        identifier: model.identifier,
        is_alive: isAlive(model) === true,
      })),
    );
}

/**
 * GET {id}/health: a list of one; not 2xx while no host has loaded the model, which makes the front-end
 * deploy it.
 */
export function modelHealth({ jobs }: GatewayDeps): SquareHandler<'model-health'> {
  return async ({ parameters }) => {
    const model = await readModel(jobs.catalogue, parameters.identifier);
    const alive = model && isAlive(model);
    if (!model || alive === null)
      throw new AppError('MODEL_UNKNOWN', { detail: { model: parameters.identifier.slice(0, 200) } });
    return jsonReply(200, [{ identifier: model.identifier, is_alive: alive }]);
  };
}

/** GET explainers. */
export const explainers: SquareHandler<'explainers'> = () => jsonReply(200, encodeExplainers());

/** GET task: three objects, never null; deploys under way are listed. */
export function tasks({ jobs }: GatewayDeps): SquareHandler<'tasks'> {
  return async () => {
    const items = async (state: 'queued' | 'running'): Promise<Json> => {
      const found = await jobs.list({ caller: null, task: 'embedding', state, limit: 200 });
      const models = await Promise.all(
        found.tasks.filter(isLoad).map(async (view) => ({
          view,
          model: await jobs.catalogue.read(view.model),
        })),
      );
      const listed = models.flatMap(({ view, model }) =>
        model ? [encodeDeployTask(model, view.taskId)] : [],
      );
      return listed.length === 0 ? {} : { manager: listed };
    };
    const [active, reserved] = await Promise.all([items('running'), items('queued')]);
    return jsonReply(200, { scheduled: {}, active, reserved });
  };
}

/** PUT db/update: the catalogue and what runs cannot disagree here, so there is never anything to add. */
export const databaseUpdate: SquareHandler<'db-update'> = () => jsonReply(200, { added: [] });

/** POST db/deploy: makes hosts load one model, or all that are not loaded. */
export function databaseDeploy({ jobs }: GatewayDeps): SquareHandler<'db-deploy'> {
  return async ({ parameters, request, identity }) => {
    const { identifier = null, hf_username: user = null } = request.query;
    const named =
      parameters.identifier ??
      (typeof identifier === 'string' && identifier !== ''
        ? typeof user === 'string' && user !== ''
          ? `${user}/${identifier}`
          : identifier
        : null);
    const all = await jobs.catalogue.list();
    const wanted =
      named === null
        ? all.filter((model) => isAlive(model) !== true)
        : all.filter((model) => normalForm(model.identifier) === normalForm(named));
    if (named !== null && wanted.length === 0)
      throw new AppError('MODEL_UNKNOWN', { detail: { model: named.slice(0, 200) } });
    const ids = await Promise.all(wanted.map((model) => startLoad(jobs, model, identity)));
    const names = wanted.map((model) => `'${model.identifier}'`).join(', ');
    return jsonReply(200, { message: `Queued deploying [${names}]`, task_id: ids });
  };
}
