import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AppError, type Log } from '@tessera/base';
import type pg from 'pg';

/** The number Prisma's own engine locks with, so that both keep out of each other's way. */
const prismaLock = 72_707_369;

const createLedger = `
create table if not exists _prisma_migrations (
  id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz,
  migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
  started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`;

const defaultFolder = fileURLToPath(new URL('../../../../../prisma/migrations', import.meta.url));

export interface MigrateOptions {
  readonly pool: pg.Pool;
  readonly newId: () => string;
  readonly log: Log;
  /** Holds one folder a migration, each with a migration.sql; names sort by age. */
  readonly folder?: string;
}

/**
 * Applies the migrations the database does not have, oldest first, each in one transaction, and enters them
 * in Prisma's ledger. Any number of processes may start at once: one does the work, the others wait. Returns
 * the names applied.
 *
 * Throws MIGRATION_FAILED when a migration fails, was edited after it was applied, or is unknown to this
 * version.
 */
export async function migrate({
  pool,
  newId,
  log,
  folder = defaultFolder,
}: MigrateOptions): Promise<string[]> {
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [prismaLock]);
    await client.query(createLedger);
    const known = await readLedger(client);
    const applied: string[] = [];
    for (const { name, text, checksum } of readMigrations(folder)) {
      const entered = known.get(name);
      if (entered === undefined) {
        await apply(client, { id: newId(), name, text, checksum });
        log.info({ migration: name }, 'applied a database migration');
        applied.push(name);
      } else if (entered !== checksum)
        throw failed(
          `migration ${name} was edited after it was applied. Restore its file, and put the change into a new one.`,
        );
      known.delete(name);
    }
    const newest = [...known.keys()][0];
    if (newest !== undefined)
      throw failed(
        `the database has the migration ${newest}, which this version does not know. Run the newer version.`,
      );
    return applied;
  } finally {
    await client.query('select pg_advisory_unlock($1)', [prismaLock]).catch(() => {});
    client.release();
  }
}

async function readLedger(client: pg.PoolClient): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; checksum: string; finished: boolean }>(
    `select migration_name as name, checksum, finished_at is not null as finished
       from _prisma_migrations where rolled_back_at is null order by started_at`,
  );
  const half = rows.find((row) => !row.finished);
  if (half)
    throw failed(
      `migration ${half.name} was begun by another tool and not finished. Run "prisma migrate resolve".`,
    );
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

function readMigrations(folder: string): { name: string; text: string; checksum: string }[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(`${folder}/${entry.name}/migration.sql`))
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const text = readFileSync(`${folder}/${name}/migration.sql`, 'utf8');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    });
}

async function apply(
  client: pg.PoolClient,
  migration: { readonly id: string; readonly name: string; readonly text: string; readonly checksum: string },
): Promise<void> {
  const { id, name, text, checksum } = migration;
  try {
    await client.query('begin');
    await client.query(text);
    await client.query(
      `insert into _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
       values ($1, $2, now(), $3, 1)`,
      [id, checksum, name],
    );
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback').catch(() => {});
    throw failed(`migration ${name} failed: ${cause instanceof Error ? cause.message : cause}`, cause);
  }
}

function failed(problem: string, cause?: unknown): AppError {
  return new AppError('MIGRATION_FAILED', { detail: { problem }, cause });
}
