import type { TaskView } from '@tessera/contracts';

/** A finished task, for tests of encoding. */
export function taskView(changes: Partial<TaskView> = {}): TaskView {
  return {
    taskId: 't1',
    model: 'owner/model',
    task: 'question-answering',
    kind: 'predict',
    state: 'succeeded',
    attempt: 1,
    priority: 0,
    caller: 'local',
    queuePosition: null,
    progress: null,
    error: null,
    timings: {},
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: '2026-01-01T00:00:00.100Z',
    finishedAt: '2026-01-01T00:00:00.200Z',
    expiresAt: null,
    ...changes,
  };
}
