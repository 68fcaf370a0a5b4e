import { AppError } from '@tessera/base';
import type { ModelEntry } from '@tessera/contracts';
import { decodeUpdate, encodeStatistics, jsonReply } from '@tessera/dialects';
import type { Identity } from '../access.ts';
import { findModel } from '../find-model.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import type { SquareHandler } from './call.ts';

/** GET {id}/stats. */
export function stats({ jobs }: GatewayDeps): SquareHandler<'stats'> {
  return async ({ parameters }) =>
    jsonReply(200, encodeStatistics(await findModel(jobs.catalogue, parameters.identifier)));
}

/** POST {id}/update: changes what is present; the next batch sees it. */
export function update({ jobs }: GatewayDeps): SquareHandler<'update'> {
  return async ({ parameters, request, identity }) => {
    const model = await findModel(jobs.catalogue, parameters.identifier);
    checkOwner(model, identity);
    const change = decodeUpdate(request.body, model);
    const changed =
      Object.keys(change).length === 0 ? model : await jobs.catalogue.update(model.identifier, change);
    return jsonReply(200, encodeStatistics(changed));
  };
}

/** Owners and administrators may change a model; throws FORBIDDEN for others. */
export function checkOwner(model: ModelEntry, identity: Identity): void {
  if (identity.role !== 'admin' && model.owner !== identity.caller)
    throw new AppError('FORBIDDEN', { detail: { role: 'admin' } });
}
