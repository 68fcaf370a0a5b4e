import { describe, expect, it } from 'vitest';
import { endOfRun } from './end-of-run.ts';
import type { TaskExit } from './held-tasks.ts';

const done = (timings: object, loadMs = 0): TaskExit => ({
  kind: 'done',
  result: {
    fields: { generatedTexts: [], finishReasons: [], inputLengths: [] },
    tensors: new Uint8Array(),
    warnings: [],
    timings,
  },
  loadMs,
});

describe('the end of a run', () => {
  it('drops a cancelled run and gives a released one back', () => {
    expect(endOfRun({ kind: 'cancelled' })).toEqual({ kind: 'dropped' });
    expect(endOfRun({ kind: 'released' })).toMatchObject({ kind: 'retry', counts: false });
  });

  it('rounds timings to a tenth of a millisecond, and leaves out what did not happen', () => {
    const measured = {
      tokenizeMs: 10.160853999998835,
      batchWaitMs: 0,
      computeMs: 8.25,
      prepareMs: 0,
      batchRows: 2,
    };
    expect(endOfRun(done(measured))).toMatchObject({
      timings: { tokenizeMs: 10.2, batchWaitMs: 0, computeMs: 8.3, batchRows: 2 },
    });
    expect(endOfRun(done(measured))).not.toHaveProperty('timings.loadMs');
    expect(endOfRun(done(measured))).not.toHaveProperty('timings.prepareMs');
    expect(endOfRun(done({ prepareMs: 2345.678 }, 1234.5678))).toMatchObject({
      timings: { prepareMs: 2345.7, loadMs: 1234.6 },
    });
  });

  it('keeps the error of a failed run, with what only the log should tell as its cause', () => {
    const error = { code: 'MODEL_RUN_FAILED', detail: { model: 'm', reason: 'shape' }, text: 'no' } as const;
    expect(endOfRun({ kind: 'failed', error, log: 'stack' })).toMatchObject({
      kind: 'failed',
      error: { code: 'MODEL_RUN_FAILED', detail: { model: 'm', reason: 'shape' }, cause: 'stack' },
    });
  });
});
