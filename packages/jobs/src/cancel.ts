import { AppError, type Log } from '@tessera/base';
import type { Counter } from './count.ts';
import type { Jobs } from './jobs.ts';
import type { JobQueue } from './ports/job-queue.ts';
import type { Notices } from './ports/notices.ts';
import type { TaskStore } from './ports/task-store.ts';
import type { ReadView } from './read.ts';
import { canMove } from './state.ts';
import { unknownTask } from './unknown-task.ts';

/**
 * Ends a task: the row is cancelled at once, whatever its host does; the notice makes the host stop within
 * milliseconds, its next lease renewal makes it stop when the notice was lost.
 */
export function createCancel(parts: {
  readonly store: TaskStore;
  readonly queue: JobQueue;
  readonly notices: Notices;
  readonly readView: ReadView;
  readonly counter: Counter;
  readonly log: Log;
}): Jobs['cancel'] {
  const { store, queue, notices, readView, counter, log } = parts;
  return async (taskId, caller) => {
    const cancelled = await store.cancel(taskId, caller ?? null);
    if (!cancelled) throw unknownTask(taskId);
    const { before, delivery } = cancelled;
    if (!canMove(before, 'cancelled'))
      throw new AppError('TASK_NOT_CANCELLABLE', { detail: { taskId, state: before } });
    notices.publish([{ kind: 'task', taskId, state: 'cancelled' }]);
    counter.count(delivery.model, 'cancelled');
    // Only tidiness: a delivery of a cancelled task is dropped when it is claimed.
    if (before === 'queued')
      queue
        .remove(delivery)
        .catch((error: Error) => log.debug({ taskId, reason: error.message }, 'left in the queue'));
    const view = await readView(taskId, { position: false });
    if (!view) throw unknownTask(taskId);
    return view;
  };
}
