import type { Log } from '@tessera/base';
import { group } from './group.ts';
import type { Delivery, JobQueue } from './ports/job-queue.ts';

/** Hands a delivery to the queue without waiting for it. */
export type Enqueue = (delivery: Delivery) => void;

/**
 * Adds deliveries in groups, in the background. When the queue is away they are dropped here: their rows
 * stand, and the reconciler adds what the queue does not know.
 */
export function createEnqueuer(
  queue: JobQueue,
  log: Log,
): { readonly enqueue: Enqueue; settled(): Promise<void> } {
  const underWay = new Set<Promise<unknown>>();
  const add = group<Delivery, void>(
    async (deliveries) => {
      await queue.enqueue(deliveries);
      return deliveries.map(() => undefined);
    },
    { parallel: 1, maxItems: 500 },
  );
  return {
    enqueue(delivery) {
      const adding = add(delivery).catch((error: Error) =>
        log.warn(
          { taskId: delivery.taskId, reason: error.message },
          'left to the reconciler: the queue is away',
        ),
      );
      underWay.add(adding);
      void adding.finally(() => underWay.delete(adding));
    },
    async settled() {
      await Promise.all(underWay);
    },
  };
}
