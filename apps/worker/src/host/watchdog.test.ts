import { manualClock } from '@tessera/base';
import { expect, it } from 'vitest';
import { startWatchdog } from './watchdog.ts';

it('is quiet as long as it is fed, and calls once when it is not', () => {
  const clock = manualClock();
  const called: number[] = [];
  const watchdog = startWatchdog({ clock, patienceMs: 1_000, onHungry: (ms) => called.push(ms) });
  for (let i = 0; i < 10; i++) {
    clock.advance(900);
    watchdog.feed();
  }
  expect(called).toEqual([]);
  clock.advance(500);
  expect(watchdog.hungryMs()).toBe(500);
  clock.advance(10_000);
  expect(called).toEqual([1_000]);
});

it('is quiet after it was stopped', () => {
  const clock = manualClock();
  const called: number[] = [];
  startWatchdog({ clock, patienceMs: 1_000, onHungry: (ms) => called.push(ms) }).stop();
  clock.advance(5_000);
  expect(called).toEqual([]);
});
