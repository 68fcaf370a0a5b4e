import { batchEdges, latencyEdgesMs, type TaskTimings } from '@tessera/contracts';
import type { Counted } from './ports/statistics.ts';

export type CountedState = 'succeeded' | 'failed' | 'cancelled' | 'expired';

/** Counts in memory; `take` empties it for a flush. */
export interface Counter {
  count(model: string, state: CountedState, timings?: TaskTimings): void;
  take(): readonly Counted[];
  /** Takes counts back that could not be written. */
  putBack(counted: readonly Counted[]): void;
}

interface Counting {
  succeeded: number;
  failed: number;
  cancelled: number;
  expired: number;
  computeMs: number;
  readonly latency: number[];
  readonly batches: number[];
}

/** Counts that start at nothing. */
export function createCounter(): Counter {
  const models = new Map<string, Counting>();
  return {
    count(model, state, timings = {}) {
      const counting = models.get(model) ?? empty();
      models.set(model, counting);
      counting[state]++;
      counting.computeMs += timings.computeMs ?? 0;
      if (timings.totalMs !== undefined) counting.latency[bucketOf(timings.totalMs, latencyEdgesMs)]!++;
      if (timings.batchRows !== undefined) counting.batches[bucketOf(timings.batchRows, batchEdges)]!++;
    },
    take() {
      const counted = [...models].map(([model, counting]) => ({ model, ...counting }));
      models.clear();
      return counted;
    },
    putBack(counted) {
      for (const { model, latency, batches, ...sums } of counted) {
        const counting = models.get(model) ?? empty();
        models.set(model, counting);
        for (const [name, sum] of Object.entries(sums)) counting[name as keyof typeof sums] += sum;
        for (const [i, count] of latency.entries()) counting.latency[i]! += count;
        for (const [i, count] of batches.entries()) counting.batches[i]! += count;
      }
    },
  };
}

function empty(): Counting {
  return {
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    expired: 0,
    computeMs: 0,
    latency: new Array<number>(latencyEdgesMs.length + 1).fill(0),
    batches: new Array<number>(batchEdges.length + 1).fill(0),
  };
}

/** Index of the first edge that is not below `value`; past the last edge, the last bucket. */
function bucketOf(value: number, edges: readonly number[]): number {
  const index = edges.findIndex((edge) => value <= edge);
  return index === -1 ? edges.length : index;
}
