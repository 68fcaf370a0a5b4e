import type { TaskProgress } from '@tessera/contracts';
import type { Run } from '../../ports/task-store.ts';
import { type Database, execute, sql } from './statement.ts';

const writeProgress = sql('task-progress')`
update task t
   set progress = input.progress
  from json_to_recordset($1::json) as input(id uuid, attempt int, progress text)
 where t.id = input.id and t.attempt = input.attempt and t.state = 'running'`;

export async function progress(
  database: Database,
  updates: readonly (Run & { readonly progress: TaskProgress })[],
): Promise<void> {
  const rows = [...updates]
    .sort((a, b) => (a.taskId < b.taskId ? -1 : 1))
    .map(({ taskId, attempt, progress }) => ({ id: taskId, attempt, progress: JSON.stringify(progress) }));
  await execute(database, writeProgress, [JSON.stringify(rows)]);
}
