import { AppError, fromWireError } from '@tessera/base';
import type { TaskTimings } from '@tessera/contracts';
import type { RunEnd } from '@tessera/jobs';
import type { TaskExit } from './held-tasks.ts';

/** Says in the queue's words how a task left its model process. */
export function endOfRun(exit: TaskExit): RunEnd {
  switch (exit.kind) {
    case 'done': {
      const { fields, tensors, warnings, timings } = exit.result;
      return {
        kind: 'succeeded',
        result: { fields, tensors, warnings },
        timings: rounded({ ...timings, loadMs: exit.loadMs }),
      };
    }
    case 'failed': {
      const { code, detail } = fromWireError(exit.error);
      return { kind: 'failed', error: new AppError(code, { detail, cause: exit.log }) };
    }
    case 'cancelled':
      return { kind: 'dropped' };
    case 'released':
      return { kind: 'retry', reason: 'the host is closing', counts: false };
  }
}

/** Waits that are shorter are those of an event loop, and not of something that was loaded or built. */
const leastWaitMs = 1;

/**
 * Rounds to a tenth of a millisecond, once, where timings are written; what did not happen (loading,
 * preparing) is left out.
 */
function rounded(timings: TaskTimings): TaskTimings {
  const { loadMs = 0, prepareMs = 0, ...always } = timings;
  const told: TaskTimings = {
    ...always,
    ...(loadMs >= leastWaitMs && { loadMs }),
    ...(prepareMs >= leastWaitMs && { prepareMs }),
  };
  return Object.fromEntries(Object.entries(told).map(([part, value]) => [part, Math.round(value * 10) / 10]));
}
