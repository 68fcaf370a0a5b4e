import { fromWireError, type Log } from '@tessera/base';
import type { ClaimedTask, RunEnd } from '@tessera/jobs';
import type { Outcome } from './errands.ts';

/** Says in the queue's words how a task left its model process. */
export function endOfRun(outcome: Outcome, task: ClaimedTask, log: Log): RunEnd {
  switch (outcome.kind) {
    case 'done': {
      const { fields, tensors, warnings, timings } = outcome.result;
      return { kind: 'succeeded', result: { fields, tensors, warnings }, timings };
    }
    case 'failed': {
      const error = fromWireError(outcome.error);
      log.warn(
        { taskId: task.taskId, model: task.model, code: error.code, cause: outcome.log },
        'task failed',
      );
      return { kind: 'failed', error };
    }
    case 'cancelled':
      return { kind: 'dropped' };
    case 'released':
      return { kind: 'retry', reason: 'the host is closing', counts: false };
  }
}
