import { isTaskId } from '@tessera/contracts';
import type { TaskOutcome } from '../../ports/task-store.ts';
import { type Database, execute, sql } from './statement.ts';
import { toView, type ViewRow, viewColumns } from './view.ts';

/** A result of at most so many bytes comes with the group's own statement; a larger one is fetched alone. */
const togetherBytes = 64 * 1024;

/**
 * Binary columns arrive as text of twice their size, and a string has an end: larger blobs come in slices of
 * this many bytes. They are stored uncompressed out of line, so that Postgres fetches a slice without the
 * rest.
 */
const sliceBytes = 16 * 1024 * 1024;

// The lengths of stored values are known without reading them.
const size = `octet_length(r.fields) + coalesce(octet_length(r.tensors), 0)`;

const readMany = sql('task-read-results')`
select ${viewColumns}, r.version, r.warnings, ${size} as bytes,
       case when ${size} <= ${String(togetherBytes)} then r.fields end as fields,
       case when ${size} <= ${String(togetherBytes)} then r.tensors end as tensors
  from task t left join result r on r.task_id = t.id and r.expires_at > now()
 where t.id = any($1::uuid[])`;

const readLarge = sql('result-read')`
select r.fields, octet_length(r.tensors) as bytes,
       case when octet_length(r.tensors) <= ${String(sliceBytes)} then r.tensors end as tensors
  from result r where r.task_id = $1::uuid`;

const readOneSlice = sql('result-read-slice')`
select substring(tensors from $2::int + 1 for ${String(sliceBytes)}) as slice from result where task_id = $1::uuid`;

interface ResultRow extends ViewRow {
  /** Bytes of the result; null when there is none. */
  readonly bytes: number | null;
  readonly version: number | null;
  readonly warnings: readonly string[] | null;
  readonly fields: string | null;
  readonly tensors: Buffer | null;
}

/** Views and results of all `taskIds` in one statement, and one more for each large result. */
export async function readResults(
  database: Database,
  taskIds: readonly string[],
): Promise<ReadonlyMap<string, TaskOutcome>> {
  const ids = taskIds.filter(isTaskId);
  if (ids.length === 0) return new Map();
  const found = new Map<string, TaskOutcome>();
  for (const row of await execute<ResultRow>(database, readMany, [ids])) {
    const warnings = row.warnings ?? [];
    const content = row.bytes === null ? null : row.fields === null ? await large(database, row.id) : row;
    // Deleted between two statements: expired after all.
    const result = content && {
      version: row.version!,
      fieldsText: content.fields!,
      tensors: content.tensors,
      warnings,
    };
    found.set(row.id, { view: toView(row), result });
  }
  return found;
}

interface Content {
  readonly fields: string | null;
  readonly tensors: Buffer | null;
}

async function large(database: Database, taskId: string): Promise<Content | null> {
  const row = (await execute<Content & { bytes: number | null }>(database, readLarge, [taskId]))[0];
  if (!row || row.bytes === null || row.tensors !== null) return row ?? null;
  const tensors = await readSlices(database, taskId, row.bytes);
  return tensors && { fields: row.fields, tensors };
}

async function readSlices(database: Database, taskId: string, bytes: number): Promise<Buffer | null> {
  const whole = Buffer.allocUnsafe(bytes);
  for (let start = 0; start < bytes; start += sliceBytes) {
    const row = (await execute<{ slice: Buffer }>(database, readOneSlice, [taskId, start]))[0];
    if (!row) return null;
    row.slice.copy(whole, start);
  }
  return whole;
}
