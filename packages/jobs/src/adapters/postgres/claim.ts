import type { TaskKind, TaskName } from '@tessera/contracts';
import type { ClaimedRow, Lease, Run } from '../../ports/task-store.ts';
import { sourcesOf } from '../../state.ts';
import { type Database, execute, milliseconds, oneMoreEvent, quoted, sql } from './statement.ts';

const isQueued = `state in (${quoted(sourcesOf('running'))})`;

/**
 * A run of this owner that it does not know was begun by a claim whose answer was lost: it keeps its attempt.
 */
const claimTasks = sql('task-claim')`
update task
   set state = 'running', host = $2, lease_until = now() + ${milliseconds('$3::float8')}, progress = null,
       started_at = coalesce(started_at, now()),
       attempt = case when ${isQueued} then attempt + 1 else attempt end,
       events = case when ${isQueued}
                then ${oneMoreEvent(`'running'`, `jsonb_build_object('attempt', attempt + 1)`)} else events end
 where id = any($1::uuid[])
   and (${isQueued} and (queue_deadline is null or queue_deadline > now())
        or state = 'running' and host = $2 and not id = any($4::uuid[]))
returning id, model, kind, task, attempt, priority, caller, payload,
          extract(epoch from now() - created_at)::float8 * 1000 as "queuedMs"`;

interface Row {
  readonly id: string;
  readonly model: string;
  readonly kind: TaskKind;
  readonly task: TaskName;
  readonly attempt: number;
  readonly priority: number;
  readonly caller: string;
  readonly payload: string;
  readonly queuedMs: number;
}

/** queued → running; the rows that another host was quicker to take are simply not among the answers. */
export async function claim(
  database: Database,
  taskIds: readonly string[],
  { owner, leaseMs, underWay }: Lease,
): Promise<readonly ClaimedRow[]> {
  // Sorted, so that two statements over the same rows lock them in the same order.
  const rows = await execute<Row>(database, claimTasks, [[...taskIds].sort(), owner, leaseMs, [...underWay]]);
  return rows.map(({ id, ...row }) => ({ ...row, taskId: id }));
}

const renewLeases = sql('task-renew')`
update task t
   set lease_until = now() + ${milliseconds('$2::float8')}
  from json_to_recordset($1::json) as mine(id uuid, attempt int)
 where t.id = mine.id and t.attempt = mine.attempt and t.state = 'running'
returning t.id as "taskId", t.attempt`;

/** Prolongs leases; the runs that are missing from the answer are no longer ours. */
export function renew(database: Database, runs: readonly Run[], leaseMs: number): Promise<readonly Run[]> {
  return execute<Run>(database, renewLeases, [toJson(runs), leaseMs]);
}

const forgetLeases = sql('task-forget-owner')`
update task set lease_until = now() - interval '1 second' where state = 'running' and host = $1 returning id`;

export async function forgetOwner(database: Database, owner: string): Promise<number> {
  return (await execute(database, forgetLeases, [owner])).length;
}

/** Runs as the JSON the statements read, in id order. */
export function toJson(
  runs: readonly (Run & { readonly [key: string]: unknown })[] | readonly Run[],
): string {
  return JSON.stringify(
    [...runs]
      .sort((a, b) => (a.taskId < b.taskId ? -1 : 1))
      .map(({ taskId, ...rest }) => ({ id: taskId, ...rest })),
  );
}
