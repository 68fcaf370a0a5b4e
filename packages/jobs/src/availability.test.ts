import { manualClock, silentLog } from '@tessera/base';
import { describe, expect, it } from 'vitest';
import { isPassing, whileAway } from './availability.ts';

const failure = (code: string): Error => Object.assign(new Error(code), { code });

describe('waiting out a database that is away', () => {
  it('tells a database that is away from a statement that is wrong', () => {
    for (const code of ['57P01', '57P03', '08006', '40P01', 'ECONNREFUSED'])
      expect(isPassing(failure(code))).toBe(true);
    for (const code of ['23505', '42601', '22P02', 'EACCES']) expect(isPassing(failure(code))).toBe(false);
    expect(isPassing(new Error('Connection terminated unexpectedly'))).toBe(true);
  });

  it('tries again until it is back', async () => {
    const clock = manualClock();
    let tries = 0;
    const answer = whileAway(
      async () => {
        if (++tries < 4) throw failure('57P03');
        return 'back';
      },
      { clock, log: silentLog, patienceMs: 10_000 },
    );
    while (tries < 4) {
      clock.advance(500);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await answer).toBe('back');
  });

  it('gives up in the end, and passes other errors on at once', async () => {
    const clock = manualClock();
    let settled = false;
    const answer = whileAway(() => Promise.reject(failure('ECONNREFUSED')), {
      clock,
      log: silentLog,
      patienceMs: 1_000,
    }).catch((error: unknown) => {
      settled = true;
      return error;
    });
    while (!settled) {
      clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await answer).toMatchObject({ code: 'SERVICE_UNAVAILABLE', detail: { part: 'database' } });
    await expect(
      whileAway(() => Promise.reject(failure('42601')), { clock, log: silentLog, patienceMs: 1_000 }),
    ).rejects.toThrow('42601');
  });
});
