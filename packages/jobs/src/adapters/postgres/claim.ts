import type { JobPayload, TaskKind, TaskName } from '@tessera/contracts';
import type { ClaimedRow, Run } from '../../ports/task-store.ts';
import { sourcesOf } from '../../state.ts';
import { type Database, execute, milliseconds, oneMoreEvent, quoted, sql } from './statement.ts';

const claimTasks = sql('task-claim')`
update task
   set state = 'running', attempt = attempt + 1, host = $2, lease_until = now() + ${milliseconds('$3::float8')},
       started_at = coalesce(started_at, now()), progress = null,
       events = ${oneMoreEvent(`'running'`, `jsonb_build_object('attempt', attempt + 1)`)}
 where id = any($1::uuid[]) and state in (${quoted(sourcesOf('running'))})
   and (queue_deadline is null or queue_deadline > now())
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
  lease: { readonly host: string; readonly leaseMs: number },
): Promise<readonly ClaimedRow[]> {
  // Sorted, so that two statements over the same rows lock them in the same order.
  const rows = await execute<Row>(database, claimTasks, [[...taskIds].sort(), lease.host, lease.leaseMs]);
  return rows.map(({ id, payload, ...row }) => ({
    ...row,
    taskId: id,
    // Written by insert.ts from a parsed payload, so it needs no second check.
    payload: JSON.parse(payload) as JobPayload,
  }));
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

const forgetLeases = sql('task-forget-host')`
update task set lease_until = now() - interval '1 second' where state = 'running' and host = $1 returning id`;

export async function forgetHost(database: Database, host: string): Promise<number> {
  return (await execute(database, forgetLeases, [host])).length;
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
