import type { JobsLimits } from '../../jobs.ts';
import type { TaskStore } from '../../ports/task-store.ts';
import { cancel } from './cancel.ts';
import { claim, forgetOwner, renew } from './claim.ts';
import { complete, fail } from './finish.ts';
import { insert } from './insert.ts';
import { progress } from './progress.ts';
import { counts, list, read, readLife, settled } from './read.ts';
import { readResults } from './read-results.ts';
import { release } from './release.ts';
import type { Database } from './statement.ts';
import { queuedDeliveries, sweep } from './sweep.ts';

/** The task rows in Postgres; one statement a verb, whatever the number of tasks. */
export function createPostgresTaskStore(
  database: Database,
  limits: Pick<JobsLimits, 'maxAttempts' | 'resultTimeToLiveMs' | 'rowTimeToLiveMs'>,
): TaskStore {
  const { resultTimeToLiveMs } = limits;
  return {
    insert: (tasks) => insert(database, tasks),
    claim: (taskIds, lease) => claim(database, taskIds, lease),
    complete: (completions) => complete(database, completions, resultTimeToLiveMs),
    fail: (failures) => fail(database, failures, resultTimeToLiveMs),
    release: (runs, options) => release(database, runs, { ...limits, ...options }),
    progress: (updates) => progress(database, updates),
    renew: (runs, leaseMs) => renew(database, runs, leaseMs),
    cancel: (taskId, caller) => cancel(database, taskId, caller, resultTimeToLiveMs),
    read: (taskIds, options) => read(database, taskIds, options),
    readResults: (taskIds) => readResults(database, taskIds),
    readLife: (taskId) => readLife(database, taskId),
    settled: (taskIds) => settled(database, taskIds),
    list: (filter) => list(database, filter),
    counts: (caller) => counts(database, caller),
    forgetOwner: (owner) => forgetOwner(database, owner),
    sweep: (options) => sweep(database, { ...limits, sparesLeases: options?.sparesLeases ?? false }),
    queuedDeliveries: (options) => queuedDeliveries(database, options),
  };
}
