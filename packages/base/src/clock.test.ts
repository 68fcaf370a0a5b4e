import { describe, expect, it } from 'vitest';
import { LateError, manualClock, sleep, within } from './clock.ts';

describe('waiting by a clock', () => {
  it('sleeps for as long as it is told', async () => {
    const clock = manualClock();
    let awake = false;
    const sleeping = sleep(clock, 100).then(() => {
      awake = true;
    });
    clock.advance(99);
    await Promise.resolve();
    expect(awake).toBe(false);
    clock.advance(1);
    await sleeping;
    expect(awake).toBe(true);
  });

  it('gives the answer, or the failure, of work that settles in time', async () => {
    const clock = manualClock();
    expect(await within(clock, 100, Promise.resolve('answer'))).toBe('answer');
    await expect(within(clock, 100, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await within(clock, Number.POSITIVE_INFINITY, Promise.resolve('answer'))).toBe('answer');
  });

  it('says what was late when the time is over', async () => {
    const clock = manualClock();
    const waiting = within(clock, 100, new Promise(() => {}), 'the queue');
    clock.advance(100);
    const error = await waiting.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LateError);
    expect(error).toMatchObject({ code: 'ETIMEDOUT', message: 'the queue did not come within 100 ms' });
  });
});
