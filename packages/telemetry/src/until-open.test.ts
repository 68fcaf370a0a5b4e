import { AppError, type Log, manualClock, silentLog } from '@tessera/base';
import { expect, it } from 'vitest';
import { untilOpen } from './until-open.ts';

const databaseUrl = 'postgres://tessera:secret@db.example:5432/tessera';

function listening() {
  const said: string[] = [];
  const log: Log = {
    ...silentLog,
    warn: (fields: unknown, text?: string) => void said.push(`${JSON.stringify(fields)} ${text}`),
  };
  return { said, log };
}

it('says at once for what it waits, why each try failed, and no secret; then gives what it opened', async () => {
  const { said, log } = listening();
  const clock = manualClock();
  let tries = 0;
  const opened = untilOpen(
    () => {
      clock.advance(2_000);
      if (++tries === 3) return Promise.resolve('open');
      const cause = new Error('sorry, too many clients already');
      return Promise.reject(new AppError('SERVICE_UNAVAILABLE', { detail: { part: 'database' }, cause }));
    },
    { databaseUrl, clock, log },
  );
  expect(await opened).toBe('open');
  expect(said[0]).toContain('"database":"db.example:5432"');
  expect(said[0]).toContain('waiting for the database');
  expect(said[1]).toContain('too many clients already');
  expect(said.join()).not.toContain('secret');
});

it('says nothing when the database is there, and throws what waiting does not mend', async () => {
  const { said, log } = listening();
  const clock = manualClock();
  expect(await untilOpen(() => Promise.resolve(1), { databaseUrl, clock, log })).toBe(1);
  clock.advance(10_000);
  await expect(
    untilOpen(() => Promise.reject(new Error('password authentication failed')), { databaseUrl, clock, log }),
  ).rejects.toThrow('password');
  expect(said).toEqual([]);
});
