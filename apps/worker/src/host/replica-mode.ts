/**
 * A replica is always in one of these modes:
 *
 * - **idle**: it has no process, and nothing is asked of it (or its model could not be loaded). Leaves by: a
 *   task → loading; a process that ended while tasks wait, or with a loaded model → pausing or loading.
 * - **loading**: its process opens the model; tasks wait.
 *   Leaves by: the process's word → ready; a model that cannot be opened → killing; the process's end → idle.
 * - **ready**: tasks run.
 *   Leaves by: silence, a run past its time, a batch nobody wants → killing; the process's end → idle.
 * - **killing**: its process was told to die and is not gone yet; what it still answers counts.
 *   Leaves by: the process's end → idle.
 * - **pausing**: its process keeps ending, so the next start waits a little. Leaves by: time → loading.
 * - **closed**: final; tasks that come are released.
 */
export type ReplicaMode = 'idle' | 'loading' | 'ready' | 'killing' | 'pausing' | 'closed';

/** Every change of a replica's mode is one of these. */
export const replicaModes = {
  idle: ['loading', 'pausing', 'closed'],
  loading: ['ready', 'killing', 'idle', 'closed'],
  ready: ['killing', 'idle', 'closed'],
  killing: ['idle', 'closed'],
  pausing: ['loading', 'closed'],
  closed: [],
} as const satisfies Record<ReplicaMode, readonly ReplicaMode[]>;

export function canChange(from: ReplicaMode, to: ReplicaMode): boolean {
  return (replicaModes[from] as readonly ReplicaMode[]).includes(to);
}
