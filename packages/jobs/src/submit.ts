import { AppError, type NewId } from '@tessera/base';
import type { JobRequest } from '@tessera/contracts';
import type { Enqueue } from './enqueue.ts';
import { fingerprint } from './fingerprint.ts';
import { type GroupLimit, group } from './group.ts';
import type { Jobs } from './jobs.ts';
import type { InsertOutcome, NewTask, TaskStore } from './ports/task-store.ts';

/** Bytes of payload in one insert, roughly. */
const maxInsertWeight = 4_000_000;

/**
 * Accepts jobs: concurrent inserts share a statement, and the answer waits for its commit, not for the queue.
 */
export function createSubmit(parts: {
  readonly store: TaskStore;
  readonly newId: NewId;
  readonly enqueue: Enqueue;
  readonly limit: GroupLimit;
}): Jobs['submit'] {
  const { store, newId, enqueue, limit } = parts;
  const insert = group<NewTask, InsertOutcome>((tasks) => store.insert(tasks), {
    parallel: 2,
    maxItems: 256,
    weigh: ({ request }) => weightOf(request),
    maxWeight: maxInsertWeight,
    limit,
  });

  return async (request) => {
    const taskId = newId();
    const outcome = await insert({
      taskId,
      request,
      fingerprint: request.idempotencyKey === null ? '' : fingerprint(request),
    });
    if (outcome.kind === 'conflict') throw new AppError('IDEMPOTENCY_CONFLICT');
    if (outcome.kind === 'existing') return { taskId: outcome.taskId, created: false };
    enqueue({ taskId, model: request.model, attempt: 0, priority: request.priority });
    return { taskId, created: true };
  };
}

function weightOf({ payload }: JobRequest): number {
  let weight = 200;
  for (const text of payload.input)
    weight += typeof text === 'string' ? text.length : text[0].length + text[1].length;
  return weight;
}
