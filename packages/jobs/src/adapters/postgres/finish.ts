import type { TaskState } from '@tessera/contracts';
import type { Completion, Failure, Run } from '../../ports/task-store.ts';
import { sourcesOf } from '../../state.ts';
import { type Database, execute, milliseconds, oneMoreEvent, quoted, sql } from './statement.ts';

/** What every final step sets, besides the state itself. */
export const finalColumns = (resultTimeToLive: string): string =>
  `finished_at = now(), expires_at = now() + ${milliseconds(resultTimeToLive)}, lease_until = null, progress = null`;

const completeTasks = sql('task-complete')`
with input as (
  select * from json_to_recordset($1::json) as x(
         id uuid, attempt int, version int, fields text, warnings text[], timings text, start int, bytes int)
), done as (
  update task t
     set state = 'succeeded', timings = input.timings, ${finalColumns('$3::float8')},
         events = ${oneMoreEvent(`'succeeded'`)}
    from input
   where t.id = input.id and t.attempt = input.attempt and t.state in (${quoted(sourcesOf('succeeded'))})
  returning t.id, t.attempt, t.expires_at
), stored as (
  insert into result (task_id, version, fields, tensors, warnings, expires_at)
  select done.id, input.version, input.fields,
         case when input.bytes is not null then substring($2::bytea from input.start + 1 for input.bytes) end,
         input.warnings, done.expires_at
    from done join input on input.id = done.id
)
select id as "taskId", attempt from done`;

/**
 * Tasks and results of a whole group in one statement: all tensors travel as one binary parameter, cut up by
 * offsets.
 */
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
      version: result.version,
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
  const written = await execute<Run>(database, completeTasks, [
    JSON.stringify(rows),
    blobs.length === 1 ? asBuffer(blobs[0]!) : Buffer.concat(blobs),
    resultTimeToLiveMs,
  ]);
  return withWrittenBefore(database, { written, asked: completions, state: 'succeeded' });
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

export async function fail(
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
  const written = await execute<Run>(database, failTasks, [JSON.stringify(rows), resultTimeToLiveMs]);
  return withWrittenBefore(database, { written, asked: failures, state: 'failed' });
}

const readEnded = sql('task-read-ended')`
select t.id as "taskId", t.attempt
  from json_to_recordset($1::json) as mine(id uuid, attempt int)
  join task t on t.id = mine.id and t.attempt = mine.attempt where t.state = $2`;

/**
 * The runs that were written now, and those that the same run wrote before: nobody else writes under its
 * attempt, so the statement ran twice and its first answer was lost. Costs a statement only when something
 * was not written now.
 */
async function withWrittenBefore(
  database: Database,
  {
    written,
    asked,
    state,
  }: { readonly written: readonly Run[]; readonly asked: readonly Run[]; readonly state: TaskState },
): Promise<readonly Run[]> {
  const now = new Set(written.map((run) => run.taskId));
  const rest = asked.filter((run) => !now.has(run.taskId));
  if (rest.length === 0) return written;
  const before = rest.map(({ taskId, attempt }) => ({ id: taskId, attempt }));
  return [...written, ...(await execute<Run>(database, readEnded, [JSON.stringify(before), state]))];
}
