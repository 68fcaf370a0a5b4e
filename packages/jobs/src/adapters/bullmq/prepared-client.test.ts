import { startTestPostgres, type TestPostgres } from '@tessera/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PreparedClient } from './prepared-client.ts';

let postgres: TestPostgres;
let client: PreparedClient;
beforeAll(async () => {
  postgres = await startTestPostgres();
  client = new PreparedClient({
    connectionString: postgres.url,
    timing: { answerMs: 3_000, clients: new Set() },
  });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await postgres.stop();
});

it('prepares a statement with parameters once, and leaves the others as they are', async () => {
  for (const n of [1, 2, 3]) {
    const { rows } = await client.query<{ n: number }>('select $1::int * 2 as n', [n]);
    expect(rows).toEqual([{ n: n * 2 }]);
  }
  await client.query('select 1');
  const { rows } = await client.query('select statement from pg_prepared_statements');
  expect(rows).toEqual([{ statement: 'select $1::int * 2 as n' }]);
});

it('answers a callback, as the pool asks', async () => {
  const answer = await new Promise((resolve, reject) => {
    client.query('select $1::text as word', ['yes'], (error, result) =>
      error ? reject(error) : resolve(result.rows),
    );
  });
  expect(answer).toEqual([{ word: 'yes' }]);
});

it('tells an error as pg does', async () => {
  await expect(client.query('select $1::int / 0', [1])).rejects.toThrow('division by zero');
});
