import type { TaskName } from '@tessera/contracts';
import { decodePrediction, encodeQueued } from '@tessera/dialects';
import { findModel } from '../find-model.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { limitBudget } from '../limit-budget.ts';
import type { SquareHandler } from './call.ts';

/** POST {id}/{task}: the job is durable when the answer leaves. */
export function predict(deps: GatewayDeps): SquareHandler<'prediction'> {
  const { jobs, features, textLimits, maxModelCalls, log } = deps;
  return async ({ parameters, identity, request }) => {
    // The route's record lets nothing else through.
    const task = parameters.task as TaskName;
    const model = await findModel(jobs.catalogue, parameters.identifier);
    const { request: job, warnings } = decodePrediction(request.body, {
      model,
      task,
      features,
      limits: textLimits,
      caller: identity.caller,
    });
    const { taskId } = await jobs.submit(limitBudget(job, identity, maxModelCalls));
    if (warnings.length > 0) log.info({ taskId, warnings: warnings.slice(0, 20) }, 'options were ignored');
    return encodeQueued(`Queued ${task.replaceAll('-', ' ')}`, taskId);
  };
}
