import { AppError, toWireError } from '@tessera/base';
import { isTaskId, type TaskState } from '@tessera/contracts';
import type { Delivery } from '../../ports/job-queue.ts';
import { sourcesOf } from '../../state.ts';
import { finalColumns } from './finish.ts';
import { type Database, execute, oneMoreEvent, quoted, sql } from './statement.ts';

/** Locks first, so that the state it reports is the one it changed. */
const cancelTask = sql('task-cancel')`
with found as (
  select id, state as before from task where id = $1::uuid and ($2::text is null or caller = $2) for update
), moved as (
  update task
     set state = 'cancelled', error = $3, ${finalColumns('$4::float8')}, events = ${oneMoreEvent(`'cancelled'`)}
    from found
   where task.id = found.id and found.before in (${quoted(sourcesOf('cancelled'))})
)
select found.before, t.model, t.attempt, t.priority from found join task t on t.id = found.id`;

export async function cancel(
  database: Database,
  taskId: string,
  caller: string | null,
  resultTimeToLiveMs: number,
): Promise<{ readonly before: TaskState; readonly delivery: Delivery } | null> {
  if (!isTaskId(taskId)) return null;
  const error = JSON.stringify(toWireError(new AppError('TASK_CANCELLED')));
  const rows = await execute<{ before: TaskState } & Omit<Delivery, 'taskId'>>(database, cancelTask, [
    taskId,
    caller,
    error,
    resultTimeToLiveMs,
  ]);
  const row = rows[0];
  if (!row) return null;
  const { before, ...rest } = row;
  return { before, delivery: { taskId, ...rest } };
}
