import type { WireError } from '@tessera/base';
import type { Delivery } from '../../ports/job-queue.ts';
import type { Ended, Run } from '../../ports/task-store.ts';
import { type Database, execute, milliseconds, oneMoreEvent, type Statement, sql } from './statement.ts';

/**
 * running → queued, or → failed when this loss is one too many. `$2` losses to add, `$3` losses allowed, `$4`
 * reason, `$5` error as JSON text, `$6` its code, `$7` result time to live in ms. `which` selects the rows.
 */
function releaseStatement(name: string, which: string): Statement {
  const isLast = `$2::int > 0 and losses + $2::int >= $3::int`;
  const whenLast = (last: string, otherwise: string): string =>
    `case when ${isLast} then ${last} else ${otherwise} end`;
  const data = `jsonb_build_object('reason', $4::text)`;
  return sql(name)`
update task
   set losses = losses + $2::int, host = null, lease_until = null, progress = null,
       state = ${whenLast(`'failed'`, `'queued'`)},
       error = ${whenLast('$5::text', 'null')},
       finished_at = ${whenLast('now()', 'null')},
       expires_at = ${whenLast(`now() + ${milliseconds('$7::float8')}`, 'null')},
       events = ${oneMoreEvent(whenLast(`'failed'`, `'retry'`), whenLast(`jsonb_build_object('code', $6::text)`, data))}
 where state = 'running' and ${which}
returning id as "taskId", model, attempt, priority, state`;
}

const releaseRuns = releaseStatement(
  'task-release',
  `(id, attempt) in (select id, attempt from json_to_recordset($1::json) as mine(id uuid, attempt int))`,
);

/** Rows locked by a statement under way are left for the next sweep. `$1` limits the number. */
export const releaseLost = releaseStatement(
  'task-release-lost',
  `id in (select id from task where state = 'running' and lease_until < now()
           order by id limit $1::int for update skip locked)`,
);

export interface ReleaseOptions {
  readonly counts: boolean;
  readonly reason: string;
  readonly error: WireError;
  readonly maxAttempts: number;
  readonly resultTimeToLiveMs: number;
}

export interface Released {
  readonly requeued: readonly Delivery[];
  readonly failed: readonly Ended[];
}

export function release(
  database: Database,
  runs: readonly Run[],
  options: ReleaseOptions,
): Promise<Released> {
  const which = JSON.stringify(runs.map(({ taskId, attempt }) => ({ id: taskId, attempt })));
  return runRelease(database, releaseRuns, which, options);
}

export async function runRelease(
  database: Database,
  statement: Statement,
  which: string | number,
  options: ReleaseOptions,
): Promise<Released> {
  const { counts, reason, error, maxAttempts, resultTimeToLiveMs } = options;
  const rows = await execute<Delivery & { readonly state: string }>(database, statement, [
    which,
    counts ? 1 : 0,
    maxAttempts,
    // A text parameter may not hold NUL.
    reason.replaceAll('\0', ''),
    JSON.stringify(error),
    error.code,
    resultTimeToLiveMs,
  ]);
  return {
    requeued: rows
      .filter((row) => row.state === 'queued')
      .map(({ taskId, model, attempt, priority }) => ({ taskId, model, attempt, priority })),
    failed: rows.filter((row) => row.state === 'failed').map(({ taskId, model }) => ({ taskId, model })),
  };
}
