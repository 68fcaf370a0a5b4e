import type { Clock, Log } from '@tessera/base';
import type { QueueConsumer } from '../../ports/job-queue.ts';
import type { BullWorker, WorkerSettings } from './backend.ts';

/** How often the watchdog looks; a worker that is idle at two looks in a row while jobs wait is replaced. */
const watchdogMs = 5_000;
/** Workers opened in vain, one after the other, after which a consumer is given up as stuck. */
const stuckAfter = 3;

/**
 * Leases on the rows decide which runs are lost, so BullMQ's own recovery only matters for jobs that were
 * taken and never claimed: its clock may be slow, and its limit on recoveries must never swallow a job.
 */
const settings = {
  lockDuration: 10_000,
  stalledInterval: 5_000,
  maxStalledCount: 1_000_000,
  drainDelay: 5,
  runRetryDelay: 500,
} as const;

/**
 * A BullMQ worker with a watchdog: after a reconnect a worker can stay idle for ever
 * (taskforcesh/bullmq#4479).
 */
export function openQueueConsumer(options: {
  readonly name: string;
  readonly concurrency: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly open: (take: (taskId: string) => Promise<void>, settings: WorkerSettings) => BullWorker;
  readonly handle: (taskId: string) => Promise<void>;
  readonly waiting: () => Promise<number>;
}): QueueConsumer {
  const { name, clock, log, open, handle, waiting } = options;
  let concurrency = options.concurrency;
  let active = 0;
  let taken = 0;
  let closed = false;
  /** Workers opened since one has taken a job. */
  let replaced = 0;

  const take = async (taskId: string): Promise<void> => {
    active++;
    taken++;
    replaced = 0;
    try {
      await handle(taskId);
    } catch (error) {
      // The row stays as it is and the reconciler deals with it; a failed job would only be removed as well.
      log.warn(
        { taskId, reason: error instanceof Error ? error.message : String(error) },
        'a delivery was not handled',
      );
    } finally {
      active--;
    }
  };

  function openWorker(): BullWorker {
    const worker = open(take, { ...settings, concurrency });
    worker.on('error', (error) => log.debug({ queue: name, reason: error.message }, 'worker connection'));
    return worker;
  }

  let worker = openWorker();
  let lastTaken = 0;
  let idleLooks = 0;
  let cancelTimer = clock.after(watchdogMs, look);

  function look(): void {
    cancelTimer = clock.after(watchdogMs, look);
    const idle = active === 0 && taken === lastTaken;
    lastTaken = taken;
    if (!idle) {
      idleLooks = 0;
      return;
    }
    waiting().then(
      (count) => {
        idleLooks = count > 0 ? idleLooks + 1 : 0;
        if (idleLooks < 2 || closed) return;
        idleLooks = 0;
        replaced++;
        log.warn({ queue: name, waiting: count }, 'the worker was idle while jobs waited; opening a new one');
        const stuck = worker;
        worker = openWorker();
        stuck.close(true).catch(() => {});
      },
      () => {},
    );
  }

  return {
    get isStuck() {
      return replaced >= stuckAfter;
    },
    setConcurrency(value) {
      concurrency = value;
      worker.concurrency = value;
    },
    async close() {
      if (closed) return;
      closed = true;
      cancelTimer();
      await worker.close();
    },
  };
}
