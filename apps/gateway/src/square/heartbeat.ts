import { jsonReply } from '@tessera/dialects';
import { findModel } from '../find-model.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import type { SquareHandler } from './call.ts';

/** GET health/heartbeat: this process answers. */
export const heartbeat: SquareHandler<'heartbeat'> = () => jsonReply(200, { is_alive: true });

/** GET {id}/health/heartbeat: missing in SQuARE, although its own manager asks for it. */
export function modelHeartbeat({ jobs }: GatewayDeps): SquareHandler<'model-heartbeat'> {
  return async ({ parameters }) => {
    const model = await findModel(jobs.catalogue, parameters.identifier);
    return jsonReply(200, { is_alive: model.state !== 'failed' });
  };
}
