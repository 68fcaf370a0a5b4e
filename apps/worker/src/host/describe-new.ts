import { AppError, type Log } from '@tessera/base';
import type { ModelEntry, ModelType, TaskName } from '@tessera/contracts';
import type { Jobs } from '@tessera/jobs';
import { describeModel, openTokenizer } from '@tessera/serving';

/** What a folder says of itself, however it came here. */
export interface FolderReport {
  readonly tasks: readonly TaskName[];
  readonly labels: Readonly<Record<string, string>>;
  readonly isEncoderDecoder: boolean;
  readonly modelType: ModelType;
  readonly warnings: readonly string[];
}

/**
 * Reads a folder dry: all side files, the tokenizer, the names of its ONNX files. Throws MODEL_FILES_MISSING,
 * MODEL_LOAD_FAILED.
 */
export async function describeFolder(
  folder: string,
  identifier: string,
  file?: string,
): Promise<FolderReport> {
  const [{ description, tasks, warnings }, tokenizer] = await Promise.all([
    describeModel(folder, identifier, file),
    openTokenizer(folder, identifier),
  ]);
  return {
    tasks,
    labels: description.id2label,
    isEncoderDecoder: description.isEncoderDecoder,
    modelType: description.sentenceTransformer ? 'sentence-transformer' : 'onnx',
    warnings: [...warnings, ...tokenizer.warnings],
  };
}

/**
 * Tells the catalogue what a model's files say of it when nobody has yet: models come by POST /v1/models or
 * by deploy with a place and a name only, and what the caller declared stays. A folder that is no model
 * becomes `failed` with its reason, before anybody asks for it.
 */
export async function describeNew(
  model: ModelEntry,
  options: { readonly folder: string; readonly jobs: Pick<Jobs, 'catalogue'>; readonly log: Log },
): Promise<void> {
  if (model.tasks.length > 0 && model.modelType !== 'auto') return;
  const { catalogue } = options.jobs;
  try {
    const found = await describeFolder(options.folder, model.identifier, model.source.file);
    await catalogue.report(model.identifier, {
      isEncoderDecoder: found.isEncoderDecoder,
      warnings: found.warnings,
      ...(model.tasks.length === 0 && { tasks: found.tasks }),
      ...(Object.keys(model.labels).length === 0 && { labels: found.labels }),
      ...(model.modelType === 'auto' && { modelType: found.modelType }),
    });
  } catch (thrown) {
    const reason = thrown instanceof AppError ? thrown.message : String(thrown);
    options.log.warn({ model: model.identifier, reason }, 'the files of this model cannot be used');
    await catalogue.report(model.identifier, { state: 'failed', error: reason });
  }
}
