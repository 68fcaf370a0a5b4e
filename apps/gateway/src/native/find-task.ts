import { AppError } from '@tessera/base';
import { isFinal, isTaskId, type TaskView } from '@tessera/contracts';
import { endedWithout } from '@tessera/dialects';
import type { Jobs, StoredResult } from '@tessera/jobs';

/** Throws TASK_UNKNOWN for what `look` does not find; ids that cannot be any are not looked up. */
export async function findTask<T>(taskId: string, look: () => Promise<T | null>): Promise<T> {
  const found = isTaskId(taskId) ? await look() : null;
  if (!found) throw new AppError('TASK_UNKNOWN', { detail: { taskId: taskId.slice(0, 100) } });
  return found;
}

/**
 * View and result of a task that succeeded. Throws TASK_NOT_FINISHED, the task's own error, or TASK_EXPIRED.
 */
export async function readSucceeded(
  jobs: Jobs,
  taskId: string,
  caller: string | null,
): Promise<{ readonly view: TaskView; readonly result: StoredResult }> {
  const { view, result } = await findTask(taskId, () => jobs.result(taskId, caller));
  if (!isFinal(view.state))
    throw new AppError('TASK_NOT_FINISHED', { detail: { taskId, state: view.state, seconds: 1 } });
  const error = endedWithout(view);
  if (error) throw error;
  if (!result) throw new AppError('TASK_EXPIRED', { detail: { taskId } });
  return { view, result };
}
