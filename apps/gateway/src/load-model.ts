import type { AppError, ErrorCode } from '@tessera/base';
import type { ModelEntry } from '@tessera/contracts';
import type { Jobs } from '@tessera/jobs';
import type { Identity } from './access.ts';

// Failures that only a loaded model can give: the trial input did not suit it, but it is there.
const loadedAnyway: ReadonlySet<ErrorCode> = new Set([
  'INPUT_INVALID',
  'OUTPUT_UNAVAILABLE',
  'MODEL_TASK_MISMATCH',
  'CAPABILITY_MISSING',
]);

/** Before a caller's name in the rows of loads. */
export const loadCaller = 'deploy:';

/** Whose task a load is. */
export function loadCallerOf(caller: string): string {
  return loadCaller + caller;
}

/** Whether a model is there after its load ended with this error, or with none. */
export function isLoaded(error: AppError | null): boolean {
  return error === null || loadedAnyway.has(error.code);
}

/** Makes a host load a model: a small job that answers one text. Returns the task's id. */
export async function submitLoad(jobs: Jobs, model: ModelEntry, identity: Identity): Promise<string> {
  const { taskId } = await jobs.submit({
    model: model.identifier,
    kind: 'predict',
    payload: {
      task: 'embedding',
      input: ['Is this model there?'],
      options: { mode: 'mean', normalize: false, prompt: null, promptName: null, dimensions: null },
      preprocessing: { maxLength: null, stride: null, addSpecialTokens: null },
      outputAttentions: false,
      outputHiddenStates: false,
      adapters: [],
      averageAdapters: false,
      explain: null,
      attack: null,
    },
    priority: 0,
    idempotencyKey: null,
    caller: loadCallerOf(identity.caller),
    timeToLiveMs: null,
  });
  return taskId;
}
