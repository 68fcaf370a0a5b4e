import type { TaskTimings } from '@tessera/contracts';
import type { ForwardTimings } from '@tessera/serving';

/** Something a task did, in milliseconds. */
type Part = Pick<TaskTimings, 'tokenizeMs' | 'batchWaitMs' | 'computeMs' | 'batchRows'> &
  Pick<ForwardTimings, 'prepared'>;

/**
 * Adds up where a task's time goes. `batchRows` is the largest batch it took part in; requests that waited
 * for the same preparation side by side count it once.
 */
export function createStopwatch(): { add(part: Part): void; read(): TaskTimings } {
  const sums = { tokenizeMs: 0, batchWaitMs: 0, computeMs: 0, prepareMs: 0, batchRows: 0 };
  let preparedUntilMs = Number.NEGATIVE_INFINITY;
  return {
    add(part) {
      sums.tokenizeMs += part.tokenizeMs ?? 0;
      sums.batchWaitMs += part.batchWaitMs ?? 0;
      sums.computeMs += part.computeMs ?? 0;
      sums.batchRows = Math.max(sums.batchRows, part.batchRows ?? 0);
      if (!part.prepared) return;
      const { fromMs, toMs } = part.prepared;
      sums.prepareMs += Math.max(0, toMs - Math.max(fromMs, preparedUntilMs));
      preparedUntilMs = Math.max(preparedUntilMs, toMs);
    },
    read: () => ({ ...sums }),
  };
}
