import { AppError } from '@tessera/base';
import { isFinal, isTaskId } from '@tessera/contracts';
import { encodeSquareTask, endedWithout, type WireResponse } from '@tessera/dialects';
import { sightOf } from '../access.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { clientSignal } from '../http/client-signal.ts';
import { preferredWaitMs } from '../http/prefer-wait.ts';
import type { SquareHandler } from './call.ts';
import { managedOutcome } from './managed-task.ts';

/**
 * GET task_result/{id}, held open until the task ends or the long-poll limit passes: SQuARE's clients sleep
 * two seconds between polls, and holding the first one saves them that (docs/square-wire.md#task-results).
 * `Prefer: wait=N` shortens it.
 */
export function taskResult(deps: GatewayDeps): SquareHandler<'task-result'> {
  const { jobs, longPollMs, closing } = deps;
  return async ({ parameters, identity, request, response }): Promise<WireResponse> => {
    const acceptsJson = /\/(?:[\w.-]+\+)?json\b/.test(request.headers.accept ?? '');
    const wait = {
      timeoutMs: preferredWaitMs(request, longPollMs) ?? longPollMs,
      signal: clientSignal(response, closing),
      caller: sightOf(identity),
    };
    const managed = await managedOutcome(parameters.task_id, { jobs, identity, wait });
    if (managed) return encodeSquareTask(managed, acceptsJson);
    const taskId = parameters.task_id;
    const found = isTaskId(taskId) ? await jobs.waitResult(taskId, wait) : null;
    if (!found) throw new AppError('TASK_UNKNOWN', { detail: { taskId: taskId.slice(0, 100) } });
    const { view, result } = found;
    if (!isFinal(view.state)) return encodeSquareTask({ kind: 'pending', taskId }, acceptsJson);
    const error = endedWithout(view);
    if (error) return encodeSquareTask({ kind: 'failed', taskId, error }, acceptsJson);
    if (!result) throw new AppError('TASK_EXPIRED', { detail: { taskId } });
    const model = await jobs.catalogue.read(view.model);
    return encodeSquareTask(
      {
        kind: 'finished',
        view,
        result,
        encoded: !model?.returnPlaintextArrays,
      },
      acceptsJson,
    );
  };
}
