import {
  isFinal,
  isTaskId,
  type TaskEvent,
  type TaskProgress,
  type TaskState,
  type TaskView,
} from '@tessera/contracts';
import type { TaskCounts, TaskFilter, TaskLife } from '../../ports/task-store.ts';
import { type Database, execute, sql } from './statement.ts';
import { positionColumn, toView, type ViewRow, viewColumns } from './view.ts';

// `any(array)` is one prepared statement for every length, unlike `in (…)`.
const readViews = sql('task-read')`select ${viewColumns} from task t where t.id = any($1::uuid[])`;
const readViewsWithPosition = sql('task-read-position')`
select ${viewColumns}, ${positionColumn} from task t where t.id = any($1::uuid[])`;

export async function read(
  database: Database,
  taskIds: readonly string[],
  options: { readonly position: boolean },
): Promise<ReadonlyMap<string, TaskView>> {
  const ids = taskIds.filter(isTaskId);
  if (ids.length === 0) return new Map();
  const rows = await execute<ViewRow>(database, options.position ? readViewsWithPosition : readViews, [ids]);
  return new Map(rows.map((row) => [row.id, toView(row)]));
}

const readOneLife = sql('task-read-life')`select state, events, progress from task where id = $1::uuid`;

export async function readLife(database: Database, taskId: string): Promise<TaskLife | null> {
  if (!isTaskId(taskId)) return null;
  const row = (
    await execute<{ state: TaskState; events: readonly TaskEvent[]; progress: string | null }>(
      database,
      readOneLife,
      [taskId],
    )
  )[0];
  return row
    ? { ...row, progress: row.progress === null ? null : (JSON.parse(row.progress) as TaskProgress) }
    : null;
}

const readStates = sql('task-read-states')`select id, state from task where id = any($1::uuid[])`;

export async function settled(database: Database, taskIds: readonly string[]): Promise<readonly string[]> {
  const rows = await execute<{ id: string; state: TaskState }>(database, readStates, [
    taskIds.filter(isTaskId),
  ]);
  const open = new Set(rows.filter((row) => !isFinal(row.state)).map((row) => row.id));
  return taskIds.filter((id) => !open.has(id));
}

/** Walks ids backwards: they are UUID version 7, so that is newest first. */
const listViews = sql('task-list')`
select ${viewColumns} from task t
 where ($1::uuid is null or t.id < $1) and ($2::text is null or t.caller = $2) and ($3::text is null or t.model = $3)
   and ($4::text is null or t.task = $4) and ($5::text is null or t.kind = $5) and ($6::text is null or t.state = $6)
 order by t.id desc limit $7`;

export async function list(database: Database, filter: TaskFilter): Promise<readonly TaskView[]> {
  const { before, caller, model, task, kind, state, limit } = filter;
  if (before !== undefined && !isTaskId(before)) return [];
  const rows = await execute<ViewRow>(database, listViews, [
    before ?? null,
    caller,
    model ?? null,
    task ?? null,
    kind ?? null,
    state ?? null,
    limit,
  ]);
  return rows.map(toView);
}

const countOpen = sql('task-count')`
select min(model) as model, count(*) filter (where state = 'queued')::int as queued,
       count(*) filter (where state = 'running')::int as running
  from task where state in ('queued', 'running') and ($1::text is null or caller = $1) group by queue order by 1`;

export function counts(database: Database, caller: string | null): Promise<readonly TaskCounts[]> {
  return execute<TaskCounts>(database, countOpen, [caller]);
}
