import type { WireError } from '@tessera/base';
import type { TaskKind, TaskName, TaskProgress, TaskState, TaskTimings, TaskView } from '@tessera/contracts';

/** The columns a view is made of; `t` is the task. */
export const viewColumns = `t.id, t.model, t.task, t.kind, t.state, t.attempt, t.priority, t.caller, t.progress, t.error,
  t.timings, t.created_at as "createdAt", t.started_at as "startedAt", t.finished_at as "finishedAt",
  t.expires_at as "expiresAt"`;

/**
 * Tasks of the same model that run before `t`. Counting stops at 10,000: nobody needs to know how long a
 * queue is exactly when it is that long.
 */
export const positionColumn = `case when t.state = 'queued' then (
  select count(*)::int from (
    select 1 from task q
     where q.state = 'queued' and q.queue = t.queue
       and (q.priority > t.priority or (q.priority = t.priority and q.id < t.id))
     limit 10000) ahead) end as "queuePosition"`;

export interface ViewRow {
  readonly id: string;
  readonly model: string;
  readonly task: TaskName;
  readonly kind: TaskKind;
  readonly state: TaskState;
  readonly attempt: number;
  readonly priority: number;
  readonly caller: string;
  readonly progress: string | null;
  readonly error: string | null;
  readonly timings: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly queuePosition?: number | null;
}

export function toView(row: ViewRow): TaskView {
  return {
    taskId: row.id,
    model: row.model,
    task: row.task,
    kind: row.kind,
    state: row.state,
    attempt: row.attempt,
    priority: row.priority,
    caller: row.caller,
    queuePosition: row.queuePosition ?? null,
    progress: row.progress === null ? null : (JSON.parse(row.progress) as TaskProgress),
    error: row.error === null ? null : (JSON.parse(row.error) as WireError),
    timings: timingsOf(row),
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
  };
}

/** What the host measured, and what the row's own times say. */
function timingsOf(row: ViewRow): TaskTimings {
  const measured = row.timings === null ? {} : (JSON.parse(row.timings) as TaskTimings);
  const since = (end: Date | null): number | undefined =>
    end ? end.getTime() - row.createdAt.getTime() : undefined;
  const [queuedMs, totalMs] = [since(row.startedAt), since(row.finishedAt)];
  return {
    ...measured,
    ...(queuedMs === undefined ? {} : { queuedMs }),
    ...(totalMs === undefined ? {} : { totalMs }),
  };
}
