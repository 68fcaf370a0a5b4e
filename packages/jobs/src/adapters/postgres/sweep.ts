import { AppError, toWireError } from '@tessera/base';
import { isTaskId } from '@tessera/contracts';
import type { Delivery } from '../../ports/job-queue.ts';
import type { Ended, Sweep } from '../../ports/task-store.ts';
import { finalColumns } from './finish.ts';
import { releaseLost, runRelease } from './release.ts';
import { type Database, execute, milliseconds, oneMoreEvent, type Statement, sql } from './statement.ts';

/** Rows one statement touches at the most; the rest waits for the next sweep. */
const pageSize = 1000;
/** A page of large results takes its time. */
const patient = { answerMs: 15_000 };

/** queued → `state` for rows that `which` selects. `$2` error, `$3` result time to live in ms. */
function endQueued(name: string, state: 'expired' | 'failed', which: string): Statement {
  return sql(name, patient)`
update task
   set state = '${state}', error = $2, ${finalColumns('$3::float8')}, events = ${oneMoreEvent(`'${state}'`)}
 where state = 'queued'
   and id in (select t.id from task t where t.state = 'queued' and ${which} order by t.id limit $1::int
              for update of t skip locked)
returning id as "taskId", model`;
}

const expireQueued = endQueued('task-expire', 'expired', 't.queue_deadline <= now()');
const endOrphaned = endQueued(
  'task-end-orphaned',
  'failed',
  'not exists (select 1 from model m where m.normal_form = t.queue)',
);

const deleteResults = sql('result-delete', patient)`
with gone as (
  delete from result where task_id in (
    select task_id from result where expires_at <= now() order by expires_at limit $1::int for update skip locked)
  returning task_id
)
update task set payload = null from gone where task.id = gone.task_id returning task.id`;

const deleteRows = sql('task-delete', patient)`
delete from task where id in (
  select id from task where finished_at <= now() - ${milliseconds('$2::float8')} order by finished_at limit $1::int
  for update skip locked)
returning id`;

export interface SweepLimits {
  readonly maxAttempts: number;
  readonly resultTimeToLiveMs: number;
  readonly rowTimeToLiveMs: number;
  readonly sparesLeases: boolean;
}

/** Every step is one statement that skips locked rows, so any number of hosts may sweep at once. */
export async function sweep(database: Database, limits: SweepLimits): Promise<Sweep> {
  const { maxAttempts, resultTimeToLiveMs, rowTimeToLiveMs, sparesLeases } = limits;
  const error = (code: 'WORKER_LOST' | 'TASK_QUEUE_EXPIRED'): ReturnType<typeof toWireError> =>
    toWireError(new AppError(code, { detail: { attempts: maxAttempts } }));
  const lost = sparesLeases
    ? { requeued: [], failed: [] }
    : await runRelease(database, releaseLost, pageSize, {
        counts: true,
        reason: 'the host did not renew its lease',
        error: error('WORKER_LOST'),
        maxAttempts,
        resultTimeToLiveMs,
      });
  const expired = await execute<Ended>(database, expireQueued, [
    pageSize,
    JSON.stringify(error('TASK_QUEUE_EXPIRED')),
    resultTimeToLiveMs,
  ]);
  const orphaned = await execute<Ended>(database, endOrphaned, [
    pageSize,
    JSON.stringify(toWireError(new AppError('MODEL_REMOVED'))),
    resultTimeToLiveMs,
  ]);
  const results = await execute(database, deleteResults, [pageSize]);
  const rows = await execute(database, deleteRows, [pageSize, rowTimeToLiveMs]);
  return {
    requeued: lost.requeued,
    lost: lost.failed,
    expired,
    orphaned,
    resultsDeleted: results.length,
    rowsDeleted: rows.length,
  };
}

const readQueued = sql('task-read-queued')`
select id as "taskId", model, attempt, priority from task
 where state = 'queued' and created_at < now() - ${milliseconds('$1::float8')} and ($2::uuid is null or id > $2)
 order by id limit $3`;

export function queuedDeliveries(
  database: Database,
  options: { readonly minAgeMs: number; readonly after: string | null; readonly limit: number },
): Promise<readonly Delivery[]> {
  const { minAgeMs, after, limit } = options;
  const from = after !== null && isTaskId(after) ? after : null;
  return execute<Delivery>(database, readQueued, [minAgeMs, from, limit]);
}
