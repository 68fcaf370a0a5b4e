import { AppError } from '@tessera/base';
import { isFinal, isTaskId, type ModelEntry, type TaskView } from '@tessera/contracts';
import { endedWithout, inSquareWords, type Outcome } from '@tessera/dialects';
import type { Jobs } from '@tessera/jobs';
import { type Identity, sightOf } from '../access.ts';
import { readModel } from '../find-model.ts';
import { isLoaded, loadCaller, loadCallerOf, submitLoad } from '../load-model.ts';

/**
 * Management tasks without a table of their own. A deploy is a small job that makes a host load the model;
 * its id is that job's id behind a prefix. Removing and scaling are done before the answer leaves, so their
 * ids only say what to look up.
 */

const loadPrefix = 'deploy-';
const doneprefixes = { removed: 'remove-', scaled: 'scale-' } as const;

/** Makes a host load the model; returns the management task's id. */
export async function startLoad(jobs: Jobs, model: ModelEntry, identity: Identity): Promise<string> {
  return loadPrefix + (await submitLoad(jobs, model, identity));
}

/** Whether a task is one of {@link startLoad}. */
export function isLoad(view: TaskView): boolean {
  return view.caller.startsWith(loadCaller);
}

/** The id of a management task that is done already. */
export function doneTaskId(kind: keyof typeof doneprefixes, identifier: string, taskId: string): string {
  return `${doneprefixes[kind]}${Buffer.from(identifier).toString('base64url')}.${taskId}`;
}

interface Looking {
  readonly jobs: Jobs;
  readonly identity: Identity;
  readonly wait: { readonly timeoutMs: number; readonly signal: AbortSignal };
}

/**
 * The outcome of a management task; null when `id` is not the id of one. Throws TASK_UNKNOWN for one that is
 * not there.
 */
export async function managedOutcome(id: string, looking: Looking): Promise<Outcome | null> {
  if (id.startsWith(loadPrefix)) return loadOutcome(id, looking);
  for (const [kind, prefix] of Object.entries(doneprefixes)) {
    if (!id.startsWith(prefix)) continue;
    const identifier = Buffer.from(id.slice(prefix.length).split('.')[0] ?? '', 'base64url').toString();
    const model = await readModel(looking.jobs.catalogue, identifier);
    const success = kind === 'removed' ? model === null : model !== null;
    return { kind: 'managed', taskId: id, result: { success, container: identifier } };
  }
  return null;
}

async function loadOutcome(id: string, { jobs, identity, wait }: Looking): Promise<Outcome> {
  const taskId = id.slice(loadPrefix.length);
  const sight = sightOf(identity);
  const caller = sight === null ? null : loadCallerOf(sight);
  const view = isTaskId(taskId) ? await jobs.wait(taskId, { ...wait, caller }) : null;
  if (!view || !isLoad(view)) throw new AppError('TASK_UNKNOWN', { detail: { taskId: id.slice(0, 100) } });
  if (!isFinal(view.state)) return { kind: 'pending', taskId: id };
  const error = endedWithout(view);
  const success = isLoaded(error);
  return {
    kind: 'managed',
    taskId: id,
    result:
      !error || success
        ? { success, container: view.model }
        : { success, message: inSquareWords(error).message, container: view.model },
  };
}
