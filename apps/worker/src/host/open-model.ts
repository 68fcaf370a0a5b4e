import { join } from 'node:path';
import { AppError } from '@tessera/base';
import type { ModelEntry } from '@tessera/contracts';
import { type ClaimedTask, isPassing } from '@tessera/jobs';
import { describeNew } from './describe-new.ts';
import type { HostDeps } from './host-deps.ts';
import type { DownloadProgress, FileLocator } from './locate-files.ts';
import { openReplica } from './replica.ts';
import type { Replica } from './replica-port.ts';

const cancelGraceMs = 500;

export interface ModelOpener {
  /**
   * A replica of a model whose files are here and fit; rejects, and tells the catalogue why, when they do
   * not.
   */
  open(model: ModelEntry): Promise<Replica>;
  /** Downloads under way, by model. */
  downloads(): ReadonlyMap<string, DownloadProgress>;
}

/**
 * Opens models for a host: finds their files, describes what is new, starts replicas that report to the
 * catalogue.
 */
export function createModelOpener(
  deps: HostDeps,
  options: {
    readonly files: FileLocator;
    /** The tasks under way here, by id: whom progress and pieces of text belong to. */
    readonly tasks: ReadonlyMap<string, ClaimedTask>;
    report(what: string): (error: unknown) => void;
  },
): ModelOpener {
  const { config, clock, log, jobs, metrics } = deps;
  const { files, tasks, report } = options;
  const downloads = new Map<string, DownloadProgress>();
  let gpuTurn = 0;

  async function locate(model: ModelEntry): Promise<string> {
    const { identifier } = model;
    const isFar = model.source.kind === 'hub';
    await jobs.catalogue.report(identifier, { state: isFar ? 'downloading' : 'loading' });
    try {
      const folder = await files.folderOf(model, (progress) => downloads.set(identifier, progress));
      if (isFar) await jobs.catalogue.report(identifier, { state: 'loading' });
      await describeNew(model, { folder, jobs, log });
      return folder;
    } catch (thrown) {
      // The model is not at fault when the database is away.
      if (isPassing(thrown)) throw thrown;
      const detail = { model: identifier, reason: String(thrown) };
      const error =
        thrown instanceof AppError ? thrown : new AppError('MODEL_LOAD_FAILED', { detail, cause: thrown });
      metrics.loaded(identifier, 'failed');
      await jobs.catalogue.report(identifier, { state: 'failed', error: error.message });
      throw error;
    } finally {
      downloads.delete(identifier);
    }
  }

  return {
    downloads: () => downloads,
    async open(model) {
      const folder = await locate(model);
      const { identifier } = model;
      return openReplica({
        order: {
          type: 'open',
          model,
          folder,
          cacheFolder: join(config.home, 'cache'),
          threads: Math.max(
            1,
            Math.floor(config.threads / Math.min(config.threads, Math.max(1, model.replicas))),
          ),
          // Without a GPU the wish goes on all the same: the model process falls back with a warning, or
          // refuses under REQUIRE_GPU.
          gpu: model.disableGpu ? null : (deps.gpus[gpuTurn++ % Math.max(1, deps.gpus.length)] ?? 0),
          requireGpu: config.requireGpu,
          hub: config.hub,
          maxResultBytes: config.maxResultBytes,
          generationCacheBytes: config.generationCacheBytes,
        },
        spawn: deps.spawn,
        clock,
        log,
        taskTimeoutMs: config.taskTimeoutMs,
        cancelGraceMs,
        events: {
          onReady: ({ capabilities, warnings, loadMs }) => {
            metrics.loaded(identifier, 'ready', loadMs);
            log.info({ model: identifier, loadMs: Math.round(loadMs) }, 'model loaded');
            for (const warning of warnings) log.warn({ model: identifier }, warning);
            void jobs.catalogue
              .report(identifier, { state: 'ready', error: null, capabilities, warnings })
              .catch(report('ready'));
          },
          onLoadFailed: (error) => {
            metrics.loaded(identifier, 'failed');
            void jobs.catalogue
              .report(identifier, { state: 'failed', error: error.text })
              .catch(report('load failure'));
          },
          onRestart: (signal) => metrics.restarted(identifier, signal),
          onBatches: (batches) => metrics.batches(identifier, batches),
          onProgress: (taskId, progress) => tasks.get(taskId)?.progress(progress),
          onToken: (taskId, token) => tasks.get(taskId)?.token(token),
        },
      });
    },
  };
}
