import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, type Log } from '@tessera/base';
import { attackHelperOptions, type JobPayload, type ModelEntry } from '@tessera/contracts';
import type { Jobs } from '@tessera/jobs';
import { locateModel } from '@tessera/serving';
import type { WorkerConfig } from '../config.ts';

/** How far the file has come that is on its way. */
export interface DownloadProgress {
  readonly file: string;
  readonly receivedBytes: number;
  /** Null when the hub does not say. */
  readonly totalBytes: number | null;
}

/** Finds the files of models on this host. */
export interface FileLocator {
  /**
   * The model's folder, downloaded when it is not here. Throws MODEL_FILES_MISSING, MODEL_DOWNLOAD_FAILED.
   */
  folderOf(model: ModelEntry, onProgress?: (progress: DownloadProgress) => void): Promise<string>;
  /** Where the model's files are meant to be, seen from this host. */
  sourceOf(model: ModelEntry): ModelEntry['source'];
  /**
   * Folders of the other models that a payload names, by identifier. Throws MODEL_UNKNOWN and what `folderOf`
   * throws.
   */
  helpersOf(payload: JobPayload): Promise<Readonly<Record<string, string>>>;
}

export function createFileLocator(options: {
  readonly config: Pick<WorkerConfig, 'home' | 'modelsDir' | 'hub'>;
  readonly jobs: Pick<Jobs, 'catalogue'>;
  readonly log: Log;
}): FileLocator {
  const { config, jobs, log } = options;

  /**
   * A folder that was registered on another machine or before a move: the same model may lie in this host's
   * own folder.
   */
  function sourceOf(model: ModelEntry): ModelEntry['source'] {
    const own = join(config.modelsDir, model.identifier);
    const isElsewhere = model.source.kind === 'folder' && !existsSync(model.source.path) && existsSync(own);
    return isElsewhere ? { kind: 'folder', path: own, file: model.source.file } : model.source;
  }

  const folderOf: FileLocator['folderOf'] = (model, onProgress) =>
    locateModel({
      identifier: model.identifier,
      source: sourceOf(model),
      hub: config.hub,
      cacheFolder: join(config.home, 'hub'),
      log,
      ...(onProgress && { onProgress }),
    });

  return {
    folderOf,
    sourceOf,
    async helpersOf({ attack, evaluation }) {
      const attacks = [...(attack ? [attack] : []), ...(evaluation?.attack ?? [])];
      const names = attacks
        .flatMap((one) => attackHelperOptions.map((option) => one[option]))
        .filter((name) => typeof name === 'string');
      const found = [...new Set(names)].map(async (name): Promise<[string, string]> => {
        const helper = await jobs.catalogue.read(name);
        if (!helper) throw new AppError('MODEL_UNKNOWN', { detail: { model: name } });
        return [name, await folderOf(helper)];
      });
      return Object.fromEntries(await Promise.all(found));
    },
  };
}
