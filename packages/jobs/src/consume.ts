import { AppError, type Clock, type Log, toAppError, toWireError, within } from '@tessera/base';
import { encodeSafetensors, openPayload, resultVersion, type TaskTimings } from '@tessera/contracts';
import { isPassing } from './availability/passing.ts';
import type { Counter } from './count.ts';
import type { Enqueue } from './enqueue.ts';
import type { ActiveRun, HostRuns } from './host-runs.ts';
import type { Consumer, Jobs, JobsLimits, RunEnd, RunHandler } from './jobs.ts';
import type { JobQueue } from './ports/job-queue.ts';
import type { Notices } from './ports/notices.ts';
import type { ClaimedRow, StoredResult, TaskStore } from './ports/task-store.ts';

interface Parts {
  readonly queue: JobQueue;
  readonly store: TaskStore;
  readonly notices: Notices;
  readonly enqueue: Enqueue;
  readonly counter: Counter;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Pick<JobsLimits, 'maxResultBytes'>;
  /** The runs of a host, made on first use. */
  readonly runsOf: (host: string) => HostRuns;
}

/** How long a consumer that closes waits, after its grace, for runs to be given back. */
const closingMs = 5_000;

/** The way of one delivery: claim the row, run the handler, write its end, all fenced by the attempt. */
export function openConsumption(parts: Parts): { readonly consume: Jobs['consume']; close(): Promise<void> } {
  const { queue } = parts;
  const consumers = new Set<Consumer>();
  return {
    async consume(model, { host, concurrency }, handler) {
      const runs = parts.runsOf(host);
      const active = new Set<ActiveRun>();
      let ending: Promise<void> | null = null;
      let givingBack = false;
      const inner = await queue.consume(model, { concurrency }, async (taskId) => {
        // Once it closes, deliveries that were already on their way are left to the reconciler.
        const row = ending ? null : await runs.claim(taskId);
        if (!row) return;
        const run = runs.start(row);
        active.add(run);
        if (givingBack) run.controller.abort('closing');
        try {
          await runOne({ ...parts, runs, handler }, run, row);
        } finally {
          active.delete(run);
          runs.end(run);
        }
      });
      const consumer: Consumer = {
        setConcurrency: inner.setConcurrency,
        get running() {
          return active.size;
        },
        healthy: () => !inner.isStuck,
        close({ graceMs = 0 } = {}) {
          ending ??= end(graceMs);
          return ending;
        },
      };
      async function end(graceMs: number): Promise<void> {
        consumers.delete(consumer);
        const cancelTimer = parts.clock.after(graceMs, () => {
          givingBack = true;
          for (const run of active) run.controller.abort('closing');
        });
        // While the database is away runs cannot be given back: their leases end by themselves.
        await within(parts.clock, graceMs + closingMs, inner.close(), 'the end of the runs').catch(
          (error: Error) =>
            parts.log.warn({ model, reason: error.message }, 'runs were left to their leases'),
        );
        cancelTimer();
      }
      consumers.add(consumer);
      return consumer;
    },
    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.close()));
    },
  };
}

/** What one consumer adds to the parts that all share. */
interface Consuming extends Parts {
  readonly runs: HostRuns;
  readonly handler: RunHandler;
}

async function runOne(parts: Consuming, run: ActiveRun, row: ClaimedRow): Promise<void> {
  const { runs, clock, counter, log, limits } = parts;
  const { taskId, attempt } = run;
  const { signal } = run.controller;
  const startMs = clock.monotonicMs();
  const end = await endOf(parts, run, row);
  // Cancelled: the row is final. Lost: another host has it. Neither is ours to write.
  if (end.kind === 'dropped' || (signal.aborted && signal.reason !== 'closing')) return;
  if (end.kind === 'retry') return giveBack(parts, run, end);

  const totalMs = row.queuedMs + clock.monotonicMs() - startMs;
  const finished = finish(end, limits.maxResultBytes);
  const timings: TaskTimings = { ...finished.timings };
  const accepted =
    finished.kind === 'succeeded'
      ? await runs.complete({ taskId, attempt, result: finished.result, timings })
      : await runs.fail({ taskId, attempt, error: toWireError(toAppError(finished.error, taskId)), timings });
  if (accepted) counter.count(row.model, finished.kind, { ...timings, totalMs });
  else log.warn({ taskId, attempt }, 'the answer came too late: the run was no longer ours');
}

/**
 * The handler's answer; for a host that closes, "give it back" as soon as the signal says so, even when the
 * handler hangs.
 */
function endOf({ handler, runs, notices, log }: Consuming, run: ActiveRun, row: ClaimedRow): Promise<RunEnd> {
  const { signal } = run.controller;
  return new Promise((resolve) => {
    const closing = (): void => {
      if (signal.reason === 'closing')
        resolve({ kind: 'retry', reason: 'the host is closing', counts: false });
    };
    if (signal.aborted) closing();
    signal.addEventListener('abort', closing, { once: true });
    const work = async (): Promise<RunEnd> =>
      handler({
        ...row,
        payload: openPayload(row.payload),
        signal,
        progress: (progress) => runs.progress(run, progress),
        token: (token) => notices.publish([{ kind: 'token', taskId: row.taskId, token }]),
      });
    void work()
      .catch((thrown: unknown) => thrownEnd(thrown, row.taskId, log))
      .then(resolve)
      .finally(() => signal.removeEventListener('abort', closing));
  });
}

/** A task is not at fault when a service was away: it runs again, and nothing is counted. */
function thrownEnd(thrown: unknown, taskId: string, log: Log): RunEnd {
  if (isPassing(thrown)) return { kind: 'retry', reason: 'a service was away', counts: false };
  const error = toAppError(thrown, taskId);
  if (error.code === 'INTERNAL') log.error({ err: thrown, taskId }, 'a task failed for a reason of ours');
  return { kind: 'failed', error };
}

async function giveBack(
  { store, notices, enqueue, counter, log }: Parts,
  run: ActiveRun,
  { reason, counts }: Extract<RunEnd, { kind: 'retry' }>,
): Promise<void> {
  const { taskId, attempt } = run;
  log.info({ taskId, attempt, reason }, 'a run goes back to the queue');
  const error = toWireError(new AppError('WORKER_LOST', { detail: { attempts: attempt } }));
  const { requeued, failed } = await store.release([{ taskId, attempt }], { counts, reason, error });
  for (const delivery of requeued) {
    notices.publish([{ kind: 'task', taskId: delivery.taskId, state: 'queued' }]);
    enqueue(delivery);
  }
  for (const ended of failed) {
    notices.publish([{ kind: 'task', taskId: ended.taskId, state: 'failed' }]);
    counter.count(ended.model, 'failed');
  }
}

type Finished =
  | { readonly kind: 'succeeded'; readonly result: StoredResult; readonly timings: TaskTimings }
  | { readonly kind: 'failed'; readonly error: AppError; readonly timings: TaskTimings };

/** Puts a result into its stored form; one that is too large to store is a failure that names the knob. */
function finish(end: Extract<RunEnd, { kind: 'succeeded' | 'failed' }>, maxResultBytes: number): Finished {
  if (end.kind === 'failed') return { kind: 'failed', error: end.error, timings: end.timings ?? {} };
  const { fields, tensors, warnings } = end.result;
  const fieldsText = JSON.stringify(fields);
  const blob = tensors instanceof Uint8Array ? tensors : encodeTensors(tensors);
  const bytes = Buffer.byteLength(fieldsText) + (blob?.byteLength ?? 0);
  if (bytes > maxResultBytes) {
    const error = new AppError('RESULT_TOO_LARGE', { detail: { bytes, limit: maxResultBytes } });
    return { kind: 'failed', error, timings: end.timings };
  }
  const stored = {
    version: resultVersion,
    fieldsText,
    tensors: blob && blob.byteLength > 0 ? blob : null,
    warnings,
  };
  return { kind: 'succeeded', result: stored, timings: end.timings };
}

function encodeTensors(tensors: Parameters<typeof encodeSafetensors>[0]): Uint8Array | null {
  return Object.keys(tensors).length === 0 ? null : encodeSafetensors(tensors);
}
