import { AppError } from '@tessera/base';
import { isFinal, type ModelEntry } from '@tessera/contracts';
import { endedWithout } from '@tessera/dialects';
import type { Jobs } from '@tessera/jobs';
import type { Identity } from '../access.ts';
import { isLoaded, loadCallerOf, submitLoad } from '../load-model.ts';

/** One look at the row; there are as many as the download and the load take. */
const lookMs = 30_000;

/**
 * The entry of a model that has answered one text. One that cannot be loaded is taken out of the catalogue,
 * so that it can be added again at once. Throws MODEL_UNUSABLE with the reason. A caller that goes away ends
 * the waiting and not the load.
 */
export async function awaitLoad(
  model: ModelEntry,
  call: { readonly jobs: Jobs; readonly identity: Identity; readonly signal: AbortSignal },
): Promise<ModelEntry> {
  const { jobs, identity, signal } = call;
  const { identifier } = model;
  const taskId = await submitLoad(jobs, model, identity);
  const caller = loadCallerOf(identity.caller);
  let view = await jobs.wait(taskId, { timeoutMs: lookMs, signal, caller });
  while (view && !isFinal(view.state) && !signal.aborted)
    view = await jobs.wait(taskId, { timeoutMs: lookMs, signal, caller });
  const error = view && isFinal(view.state) ? endedWithout(view) : null;
  if (isLoaded(error)) return (await jobs.catalogue.read(identifier)) ?? model;
  await jobs.catalogue.remove(identifier);
  throw new AppError('MODEL_UNUSABLE', {
    detail: { model: identifier, reason: error?.message ?? 'it did not load' },
  });
}
