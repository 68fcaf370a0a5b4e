import type { TaskState } from '@tessera/contracts';

/**
 * A task is always in one of these states:
 *
 * - **queued**: its row is committed; it waits for a host.
 *   Leaves by: a host's claim → running; a caller's cancel → cancelled; its time to live → expired;
 *   the removal of its model → failed.
 * - **running**: one host holds a lease on it, under one attempt number. Leaves by: the host's answer →
 *   succeeded or failed; a caller's cancel → cancelled; a lost lease or a retry → queued, or → failed
 *   (WORKER_LOST) when it was lost too often.
 * - **succeeded, failed, cancelled, expired**: final. Nothing leaves; only the result is deleted in time.
 *
 * Every statement that writes a state takes its "from" side from this table.
 */
export const transitions = {
  queued: ['running', 'cancelled', 'expired', 'failed'],
  running: ['succeeded', 'failed', 'cancelled', 'queued'],
  succeeded: [],
  failed: [],
  cancelled: [],
  expired: [],
} as const satisfies Record<TaskState, readonly TaskState[]>;

export function canMove(from: TaskState, to: TaskState): boolean {
  return (transitions[from] as readonly TaskState[]).includes(to);
}

/** The states from which `to` can be reached in one step. */
export function sourcesOf(to: TaskState): readonly TaskState[] {
  return (Object.keys(transitions) as TaskState[]).filter((from) => canMove(from, to));
}
