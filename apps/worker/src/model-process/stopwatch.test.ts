import { expect, it } from 'vitest';
import { createStopwatch } from './stopwatch.ts';

it('adds up times, keeps the largest batch, and counts a preparation that several requests waited for once', () => {
  const stopwatch = createStopwatch();
  stopwatch.add({ tokenizeMs: 2 });
  const batch = { batchWaitMs: 1, computeMs: 5 };
  stopwatch.add({ ...batch, batchRows: 2, prepared: { fromMs: 100, toMs: 400 } });
  stopwatch.add({ ...batch, batchRows: 4, prepared: { fromMs: 150, toMs: 400 } });
  stopwatch.add({ ...batch, batchRows: 1, prepared: { fromMs: 300, toMs: 450 } });
  stopwatch.add({ ...batch, batchRows: 1, prepared: { fromMs: 600, toMs: 600 } });
  expect(stopwatch.read()).toEqual({
    tokenizeMs: 2,
    batchWaitMs: 4,
    computeMs: 20,
    batchRows: 4,
    prepareMs: 350,
  });
});
