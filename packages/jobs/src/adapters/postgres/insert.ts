import { AppError } from '@tessera/base';
import { normalForm, storedPayload } from '@tessera/contracts';
import type { InsertOutcome, NewTask } from '../../ports/task-store.ts';
import { type Database, execute, isoNow, milliseconds, sql } from './statement.ts';

const insertTasks = sql('task-insert')`
insert into task (id, model, queue, kind, task, payload, priority, caller, idempotency_key, fingerprint, events, queue_deadline)
select id, model, queue, kind, task, payload, priority, caller, key, fingerprint,
       jsonb_build_array(jsonb_build_object('id', 1, 'type', 'queued', 'at', ${isoNow}, 'data', '{}'::jsonb)),
       now() + ${milliseconds('"ttlMs"')}
  from json_to_recordset($1::json) as new(
       id uuid, model text, queue text, kind text, task text, payload text, priority smallint,
       caller text, key text, fingerprint text, "ttlMs" float8)
 order by id
    on conflict do nothing
returning id`;

/**
 * A conflict is either our own row (the statement ran twice, its first answer was lost) or the caller's key
 * in use.
 */
const findConflicting = sql('task-find-conflicting')`
select asked.id as asked, t.id as found, t.fingerprint = asked.fingerprint or t.id = asked.id as same
  from json_to_recordset($1::json) as asked(id uuid, caller text, key text, fingerprint text)
  join task t on t.id = asked.id or (t.caller = asked.caller and t.idempotency_key = asked.key)`;

/** Inserts all rows in one statement; only reused idempotency keys cost a second one. */
export async function insert(
  database: Database,
  tasks: readonly NewTask[],
): Promise<readonly InsertOutcome[]> {
  const rows = tasks.map(toRow);
  const inserted = await execute<{ id: string }>(database, insertTasks, [JSON.stringify(rows)]);
  const created = new Set(inserted.map((row) => row.id));
  const rest = rows.filter((row) => !created.has(row.id));
  const existing = rest.length === 0 ? new Map<string, InsertOutcome>() : await findOutcomes(database, rest);
  return tasks.map(({ taskId }) => {
    if (created.has(taskId)) return { kind: 'created', taskId };
    const outcome = existing.get(taskId);
    // The row that stood in the way was deleted between the two statements.
    if (!outcome) throw new AppError('SERVICE_UNAVAILABLE', { detail: { part: 'database' } });
    return outcome;
  });
}

/** Why rows were not inserted: they stand already, or the caller used their key before. */
async function findOutcomes(
  database: Database,
  rows: readonly Row[],
): Promise<ReadonlyMap<string, InsertOutcome>> {
  const found = await execute<{ asked: string; found: string; same: boolean }>(database, findConflicting, [
    JSON.stringify(rows.map(({ id, caller, key, fingerprint }) => ({ id, caller, key, fingerprint }))),
  ]);
  return new Map(
    found.map((row): [string, InsertOutcome] => {
      if (row.found === row.asked) return [row.asked, { kind: 'created', taskId: row.asked }];
      return [row.asked, row.same ? { kind: 'existing', taskId: row.found } : { kind: 'conflict' }];
    }),
  );
}

interface Row {
  readonly id: string;
  readonly caller: string;
  readonly key: string | null;
  readonly fingerprint: string | null;
}

function toRow({ taskId, request, fingerprint }: NewTask): Row & Record<string, unknown> {
  return {
    id: taskId,
    model: request.model,
    queue: normalForm(request.model),
    kind: request.kind,
    task: request.payload.task,
    payload: storedPayload(request.payload),
    priority: request.priority,
    caller: request.caller,
    key: request.idempotencyKey,
    fingerprint: request.idempotencyKey === null ? null : fingerprint,
    ttlMs: request.timeToLiveMs,
  };
}
