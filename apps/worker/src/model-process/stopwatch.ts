import type { TaskTimings } from '@tessera/contracts';

type Part = Pick<TaskTimings, 'tokenizeMs' | 'batchWaitMs' | 'computeMs' | 'batchRows'>;

/** Adds up where a task's time goes; `batchRows` is the largest batch it took part in. */
export function createStopwatch(): { add(part: Part): void; read(): TaskTimings } {
  const sums = { tokenizeMs: 0, batchWaitMs: 0, computeMs: 0, batchRows: 0 };
  return {
    add(part) {
      sums.tokenizeMs += part.tokenizeMs ?? 0;
      sums.batchWaitMs += part.batchWaitMs ?? 0;
      sums.computeMs += part.computeMs ?? 0;
      sums.batchRows = Math.max(sums.batchRows, part.batchRows ?? 0);
    },
    read: () => ({ ...sums }),
  };
}
