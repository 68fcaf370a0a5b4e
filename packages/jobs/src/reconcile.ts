import type { Clock, Log } from '@tessera/base';
import type { Contact } from './availability/contact.ts';
import type { Counter } from './count.ts';
import type { Jobs, JobsLimits } from './jobs.ts';
import type { Delivery, JobQueue } from './ports/job-queue.ts';
import type { Notices } from './ports/notices.ts';
import type { TaskStore } from './ports/task-store.ts';

/** Queued rows compared with the queue at a time. */
const pageSize = 1000;

/**
 * Makes the queue agree with the rows: what the rows say is queued and the queue does not know is added, runs
 * without a lease are queued again, and what is over its time is ended or deleted.
 */
export function openReconciler(parts: {
  readonly store: TaskStore;
  readonly queue: JobQueue;
  readonly notices: Notices;
  readonly counter: Counter;
  readonly clock: Clock;
  readonly log: Log;
  readonly contact: Contact;
  readonly limits: Pick<JobsLimits, 'enqueueGraceMs' | 'leaseMs'>;
}): Pick<Jobs, 'reconcileOnce' | 'keepReconciled'> & { close(): Promise<void> } {
  const { store, contact, queue, notices, counter, clock, log, limits } = parts;
  const stops = new Set<() => Promise<void>>();

  async function enqueueMissing(): Promise<number> {
    let enqueued = 0;
    let after: string | null = null;
    for (;;) {
      const page: readonly Delivery[] = await store.queuedDeliveries({
        minAgeMs: limits.enqueueGraceMs,
        after,
        limit: pageSize,
      });
      const missing = page.length === 0 ? [] : await queue.missing(page);
      if (missing.length > 0) await queue.enqueue(missing);
      enqueued += missing.length;
      if (page.length < pageSize) return enqueued;
      after = page.at(-1)!.taskId;
    }
  }

  const reconcileOnce: Jobs['reconcileOnce'] = async () => {
    // Hosts renew every third of a lease: leases can have ended for want of a database only if it was away
    // for longer than half of one. Then hosts that live get a whole lease's time to renew, before anybody
    // counts a loss.
    const sparesLeases = contact.wasAway({ forMs: limits.leaseMs / 2, withinMs: limits.leaseMs });
    const sweep = await store.sweep({ sparesLeases });
    notices.publish([
      ...sweep.requeued.map(({ taskId }) => ({ kind: 'task', taskId, state: 'queued' }) as const),
      ...[...sweep.lost, ...sweep.orphaned].map(
        ({ taskId }) => ({ kind: 'task', taskId, state: 'failed' }) as const,
      ),
      ...sweep.expired.map(({ taskId }) => ({ kind: 'task', taskId, state: 'expired' }) as const),
    ]);
    for (const { model } of [...sweep.lost, ...sweep.orphaned]) counter.count(model, 'failed');
    for (const { model } of sweep.expired) counter.count(model, 'expired');
    let enqueued = 0;
    try {
      if (sweep.requeued.length > 0) await queue.enqueue(sweep.requeued);
      enqueued = sweep.requeued.length + (await enqueueMissing());
    } catch (error) {
      // The rows are in order; the queue gets its share next time.
      log.warn({ reason: (error as Error).message }, 'the queue could not be compared with the rows');
    }
    if (enqueued > 0 || sweep.lost.length > 0)
      log.info({ enqueued, requeued: sweep.requeued.length, lost: sweep.lost.length }, 'reconciled');
    return { ...sweep, enqueued };
  };

  return {
    reconcileOnce,
    keepReconciled({ everyMs }) {
      let stopped = false;
      let cancelTimer = (): void => {};
      let current: Promise<void> = run();
      async function run(): Promise<void> {
        try {
          await reconcileOnce();
        } catch (error) {
          log.warn({ reason: (error as Error).message }, 'not reconciled; trying again');
        }
        if (!stopped)
          cancelTimer = clock.after(everyMs, () => {
            current = run();
          });
      }
      const stop = async (): Promise<void> => {
        stopped = true;
        stops.delete(stop);
        cancelTimer();
        await current;
      };
      stops.add(stop);
      return stop;
    },
    async close() {
      await Promise.all([...stops].map((stop) => stop()));
    },
  };
}
