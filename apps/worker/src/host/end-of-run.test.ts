import { silentLog } from '@tessera/base';
import type { ClaimedTask } from '@tessera/jobs';
import { expect, it } from 'vitest';
import { endOfRun } from './end-of-run.ts';

const task = { taskId: 't', model: 'm' } as ClaimedTask;

it('does not give a cancelled run back to the queue; its row is final already', () => {
  expect(endOfRun({ kind: 'cancelled' }, task, silentLog)).toEqual({ kind: 'dropped' });
});

it('gives a released run back to the queue, and counts no loss', () => {
  expect(endOfRun({ kind: 'released' }, task, silentLog)).toMatchObject({ kind: 'retry', counts: false });
});
