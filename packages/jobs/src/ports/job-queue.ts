/**
 * One delivery of a task. `deliveryId` names the run it is meant for, so that a second run can be queued
 * beside a dead first.
 */
export interface Delivery {
  readonly taskId: string;
  readonly model: string;
  /** Attempts before this delivery: 0 for a new task. */
  readonly attempt: number;
  /** Larger runs earlier, -10 … 10. */
  readonly priority: number;
}

export interface QueueConsumer {
  /** Jobs that run at once. */
  setConcurrency(concurrency: number): void;
  /** Jobs wait, and it has taken none although its connections were replaced: only a new process may help. */
  readonly isStuck: boolean;
  /** Takes no new deliveries and resolves when those under way have been handled. */
  close(): Promise<void>;
}

/** Transport of task ids from gateways to hosts. May lose everything at any time; may deliver twice. */
export interface JobQueue {
  /**
   * Adds deliveries; one that is there already is left alone. Rejects quickly when the queue is out of reach.
   */
  enqueue(deliveries: readonly Delivery[]): Promise<void>;
  /** Those of `deliveries` the queue does not know (flushed, or lost before they were added). */
  missing(deliveries: readonly Delivery[]): Promise<readonly Delivery[]>;
  /** Takes a delivery out that nobody has begun; no error when it is gone or begun. */
  remove(delivery: Delivery): Promise<void>;
  /**
   * Calls `handle` with task ids of one model, highest priority first, then oldest; a rejection only counts
   * as handled.
   */
  consume(
    model: string,
    options: { readonly concurrency: number },
    handle: (taskId: string) => Promise<void>,
  ): Promise<QueueConsumer>;
  /** Deliveries of a model that wait. */
  waiting(model: string): Promise<number>;
  /** Rejects when the queue is out of reach. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
