import type { Completion, Failure, Run } from '../../ports/task-store.ts';
import { sourcesOf } from '../../state.ts';
import { type Database, execute, milliseconds, oneMoreEvent, quoted, sql } from './statement.ts';

/** What every final step sets, besides the state itself. */
export const finalColumns = (resultTimeToLive: string): string =>
  `finished_at = now(), expires_at = now() + ${milliseconds(resultTimeToLive)}, lease_until = null, progress = null`;

const completeTasks = sql('task-complete')`
with input as (
  select * from json_to_recordset($1::json) as x(
         id uuid, attempt int, fields text, warnings text[], timings text, start int, bytes int)
), done as (
  update task t
     set state = 'succeeded', timings = input.timings, ${finalColumns('$3::float8')},
         events = ${oneMoreEvent(`'succeeded'`)}
    from input
   where t.id = input.id and t.attempt = input.attempt and t.state in (${quoted(sourcesOf('succeeded'))})
  returning t.id, t.attempt, t.expires_at
), stored as (
  insert into result (task_id, fields, tensors, warnings, expires_at)
  select done.id, input.fields,
         case when input.bytes is not null then substring($2::bytea from input.start + 1 for input.bytes) end,
         input.warnings, done.expires_at
    from done join input on input.id = done.id
)
select id as "taskId", attempt from done`;

/** Tasks and results of a whole group in one statement: all tensors travel as one binary parameter, cut up by offsets. */
export async function complete(
  database: Database,
  completions: readonly Completion[],
  resultTimeToLiveMs: number,
): Promise<readonly Run[]> {
  const blobs: Uint8Array[] = [];
  let start = 0;
  const sorted = [...completions].sort((a, b) => (a.taskId < b.taskId ? -1 : 1));
  const rows = sorted.map(({ taskId, attempt, result, timings }) => {
    const row = {
      id: taskId,
      attempt,
      fields: result.fieldsText,
      warnings: result.warnings,
      timings: JSON.stringify(timings),
      start,
      bytes: result.tensors?.byteLength ?? null,
    };
    if (result.tensors) {
      blobs.push(result.tensors);
      start += result.tensors.byteLength;
    }
    return row;
  });
  return execute<Run>(database, completeTasks, [
    JSON.stringify(rows),
    blobs.length === 1 ? asBuffer(blobs[0]!) : Buffer.concat(blobs),
    resultTimeToLiveMs,
  ]);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const failTasks = sql('task-fail')`
update task t
   set state = 'failed', error = input.error, timings = input.timings, ${finalColumns('$2::float8')},
       events = ${oneMoreEvent(`'failed'`, `jsonb_build_object('code', input.code)`)}
  from json_to_recordset($1::json) as input(id uuid, attempt int, error text, code text, timings text)
 where t.id = input.id and t.attempt = input.attempt and t.state = 'running'
returning t.id as "taskId", t.attempt`;

export function fail(
  database: Database,
  failures: readonly Failure[],
  resultTimeToLiveMs: number,
): Promise<readonly Run[]> {
  const rows = [...failures]
    .sort((a, b) => (a.taskId < b.taskId ? -1 : 1))
    .map(({ taskId, attempt, error, timings }) => ({
      id: taskId,
      attempt,
      error: JSON.stringify(error),
      code: error.code,
      timings: JSON.stringify(timings),
    }));
  return execute<Run>(database, failTasks, [JSON.stringify(rows), resultTimeToLiveMs]);
}
