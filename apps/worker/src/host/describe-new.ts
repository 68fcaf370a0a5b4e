import { AppError, type Log } from '@tessera/base';
import type { ModelEntry } from '@tessera/contracts';
import type { Jobs } from '@tessera/jobs';
import { describeModel } from '@tessera/serving';

/**
 * Tells the catalogue what a model's files say of it (tasks, labels) when nobody has yet: models come by POST /v1/models or by deploy
 * with a place and a name only. A folder that is no model becomes `failed` with its reason, before anybody asks for it.
 */
export async function describeNew(
  model: ModelEntry,
  options: { readonly folder: string; readonly jobs: Pick<Jobs, 'catalogue'>; readonly log: Log },
): Promise<void> {
  if (model.tasks.length > 0) return;
  const { catalogue } = options.jobs;
  try {
    const { description, tasks } = await describeModel(options.folder, model.identifier, model.source.file);
    const { id2label: labels, isEncoderDecoder } = description;
    await catalogue.report(model.identifier, { tasks, labels, isEncoderDecoder });
  } catch (thrown) {
    const reason = thrown instanceof AppError ? thrown.message : String(thrown);
    options.log.warn({ model: model.identifier, reason }, 'the files of this model cannot be used');
    await catalogue.report(model.identifier, { state: 'failed', error: reason });
  }
}
