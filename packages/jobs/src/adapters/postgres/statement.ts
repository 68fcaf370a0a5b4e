import type pg from 'pg';

/** Where statements run: the pool, or anything with its `query` (tests count through it). */
export type Database = Pick<pg.Pool, 'query'>;

/** One prepared statement; the name lets Postgres keep its plan per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /** For statements that may take longer than others before they say anything, in milliseconds. */
  readonly answerMs?: number;
}

/** Makes a named statement of a template; interpolated parts are our own constants, never values. */
export function sql(
  name: string,
  limits: Pick<Statement, 'answerMs'> = {},
): (parts: TemplateStringsArray, ...constants: readonly string[]) => Statement {
  return (parts, ...constants) => ({ name, text: String.raw({ raw: parts }, ...constants), ...limits });
}

export async function execute<Row extends object>(
  database: Database,
  statement: Statement,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const { rows } = await database.query<Row>({ ...statement, values: [...values] });
  return rows;
}

/** SQL text of a list of states, from the transition table. */
export function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}

/** The store's time as callers see it, ISO 8601 in UTC. */
export const isoNow = `to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** `events` with one more step; `data` is SQL that gives jsonb. */
export function oneMoreEvent(type: string, data = `'{}'::jsonb`): string {
  return `events || jsonb_build_object('id', jsonb_array_length(events) + 1, 'type', ${type}, 'at', ${isoNow}, 'data', ${data})`;
}

/** A number of milliseconds, given as SQL, as an interval. */
export function milliseconds(number: string): string {
  return `(${number}) * interval '1 millisecond'`;
}
