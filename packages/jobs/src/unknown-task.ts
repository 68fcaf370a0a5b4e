import { AppError } from '@tessera/base';

/** What a caller hears of a task that is not there, or not theirs. */
export function unknownTask(taskId: string): AppError {
  return new AppError('TASK_UNKNOWN', { detail: { taskId } });
}
