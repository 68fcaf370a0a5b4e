import { decodePrediction, encodeQueued } from '@tessera/dialects';
import { findModel } from '../find-model.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import type { SquareHandler } from './handler.ts';

/** POST {id}/{task}: the job is durable when the answer leaves. */
export function predict(deps: GatewayDeps): SquareHandler<'prediction'> {
  const { jobs, features, textLimits, log } = deps;
  return async ({ route, identity, request }) => {
    const model = await findModel(jobs.catalogue, route.identifier);
    const { request: job, warnings } = decodePrediction(request.body, {
      model,
      task: route.task,
      features,
      limits: textLimits,
      caller: identity.caller,
    });
    const { taskId } = await jobs.submit(job);
    if (warnings.length > 0) log.info({ taskId, warnings: warnings.slice(0, 20) }, 'options were ignored');
    return encodeQueued(`Queued ${route.task.replaceAll('-', ' ')}`, taskId);
  };
}
