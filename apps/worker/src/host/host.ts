import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { AppError, type Clock, type Log } from '@tessera/base';
import { attackHelperOptions, type JobPayload, type ModelEntry } from '@tessera/contracts';
import type { ClaimedTask, Jobs, RunEnd } from '@tessera/jobs';
import { locateModel, tidyGraphCache } from '@tessera/serving';
import type { WorkerConfig } from '../config.ts';
import { createConsumers } from './consumers.ts';
import { describeNew } from './describe-new.ts';
import { endOfRun } from './end-of-run.ts';
import type { SpawnModelChild } from './model-child.ts';
import { registerFolders } from './register-folders.ts';
import { openReplica, type Replica } from './replica.ts';
import { createResidency } from './residency.ts';

export interface HostDeps {
  readonly config: WorkerConfig;
  readonly clock: Clock;
  readonly log: Log;
  readonly jobs: Jobs;
  readonly spawn: SpawnModelChild;
  /** CUDA device numbers. */
  readonly gpus: readonly number[];
}

const tidyEveryMs = 2_000;
const reconcileEveryMs = 5_000;
const drainMs = 8_000;
const cancelGraceMs = 500;

/** Starts a worker host: consumers for every model, model processes on demand, the reconciler, the heartbeat. */
export async function startHost(deps: HostDeps): Promise<{ stop(): Promise<void> }> {
  const { config, clock, log, jobs } = deps;
  const tasks = new Map<string, ClaimedTask>();
  const cacheFolder = join(config.home, 'cache');
  let gpuTurn = 0;

  const residency = createResidency({
    clock,
    log,
    memoryLimitBytes: config.memoryLimitBytes,
    idleMs: config.modelIdleMs,
    open,
    onUnload: (model) =>
      void jobs.catalogue.report(model.identifier, { state: 'registered' }).catch(report('unload')),
  });

  async function open(model: ModelEntry): Promise<Replica> {
    const folder = await locateFiles(model);
    return openReplica({
      order: {
        type: 'open',
        model,
        folder,
        cacheFolder,
        threads: Math.max(1, Math.floor(config.threads / Math.max(1, model.replicas))),
        // Without a GPU the wish goes on all the same: the model process falls back with a warning, or refuses under REQUIRE_GPU.
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
        onReady: ({ capabilities, warnings }) => {
          for (const warning of warnings) log.warn({ model: model.identifier }, warning);
          void jobs.catalogue
            .report(model.identifier, { state: 'ready', error: null, capabilities, warnings })
            .catch(report('ready'));
        },
        onLoadFailed: (error) =>
          void jobs.catalogue
            .report(model.identifier, { state: 'failed', error: error.text })
            .catch(report('load failure')),
        onProgress: (taskId, progress) => tasks.get(taskId)?.progress(progress),
        onToken: (taskId, token) => tasks.get(taskId)?.token(token),
      },
    });
  }

  function folderOf(model: ModelEntry): Promise<string> {
    return locateModel({
      identifier: model.identifier,
      source: here(model),
      hub: config.hub,
      cacheFolder: join(config.home, 'hub'),
      log,
    });
  }

  async function locateFiles(model: ModelEntry): Promise<string> {
    await jobs.catalogue.report(model.identifier, {
      state: model.source.kind === 'hub' ? 'downloading' : 'loading',
    });
    try {
      const folder = await folderOf(model);
      if (model.source.kind === 'hub') await jobs.catalogue.report(model.identifier, { state: 'loading' });
      await describeNew(model, { folder, jobs, log });
      return folder;
    } catch (thrown) {
      const error =
        thrown instanceof AppError
          ? thrown
          : new AppError('MODEL_LOAD_FAILED', {
              detail: { model: model.identifier, reason: String(thrown) },
              cause: thrown,
            });
      await jobs.catalogue.report(model.identifier, { state: 'failed', error: error.message });
      throw error;
    }
  }

  /** A folder that was registered on another machine or before a move: the same model may lie in this host's own folder. */
  function here(model: ModelEntry): ModelEntry['source'] {
    const own = join(config.modelsDir, model.identifier);
    const isElsewhere = model.source.kind === 'folder' && !existsSync(model.source.path) && existsSync(own);
    return isElsewhere ? { kind: 'folder', path: own } : model.source;
  }

  async function run(task: ClaimedTask): Promise<RunEnd> {
    const model = await jobs.catalogue.read(task.model);
    if (!model) throw new AppError('MODEL_UNKNOWN', { detail: { model: task.model } });
    const cancel = (): void => residency.cancel(task.model, task.taskId);
    tasks.set(task.taskId, task);
    task.signal.addEventListener('abort', cancel);
    try {
      const { taskId, attempt, payload } = task;
      const helpers = await locateHelpers(payload);
      return endOfRun(await residency.run(model, { taskId, attempt, payload, helpers }), task, log);
    } finally {
      task.signal.removeEventListener('abort', cancel);
      tasks.delete(task.taskId);
    }
  }

  /** Files of the other models that attacks name. */
  async function locateHelpers({ attack, evaluation }: JobPayload): Promise<Record<string, string>> {
    const attacks = [...(attack ? [attack] : []), ...(evaluation?.attack ?? [])];
    const names = attacks
      .flatMap((options) => attackHelperOptions.map((option) => options[option]))
      .filter((name) => typeof name === 'string');
    const found = [...new Set(names)].map(async (name): Promise<[string, string]> => {
      const helper = await jobs.catalogue.read(name);
      if (!helper) throw new AppError('MODEL_UNKNOWN', { detail: { model: name } });
      return [name, await folderOf(helper)];
    });
    return Object.fromEntries(await Promise.all(found));
  }

  function report(what: string): (error: unknown) => void {
    return (error) => log.warn({ err: error, what }, 'could not report to the catalogue');
  }

  const consumers = createConsumers({
    jobs,
    host: config.name,
    log,
    handlerOf: () => run,
    onChanged: (model) => {
      residency.changed(model);
      const source = here(model);
      if (source.kind === 'folder')
        void describeNew(model, { folder: source.path, jobs, log }).catch(report('description'));
    },
    onRemoved: (identifier) => residency.remove(identifier),
  });

  const beat = (): Promise<void> => {
    const models = residency.resident().map(({ identifier, memoryBytes, busy }) => ({
      identifier,
      memoryBytes,
      state: busy > 0 ? 'busy' : 'idle',
    }));
    const memoryBytes = models.reduce((sum, model) => sum + model.memoryBytes, process.memoryUsage.rss());
    const gpus = deps.gpus.map((index) => `cuda:${index}`);
    return jobs.hosts
      .beat({ host: config.name, hostname: hostname(), pid: process.pid, models, memoryBytes, gpus })
      .catch(report('heartbeat'));
  };

  let stopTimer = (): void => undefined;
  const tick = (): void => {
    residency.tidy();
    void beat();
    stopTimer = clock.after(tidyEveryMs, tick);
  };

  await jobs.forgetHost(config.name);
  await registerFolders({ folder: config.modelsDir, jobs, log });
  const stopFollowing = jobs.catalogue.onChange(() => void consumers.align());
  await consumers.align();
  const stopReconciling = jobs.keepReconciled({ everyMs: reconcileEveryMs });
  tick();
  void tidyGraphCache(cacheFolder, clock.now()).catch((error: unknown) =>
    log.warn({ err: error }, 'could not tidy the cached graphs'),
  );
  log.info(
    { models: (await jobs.catalogue.list()).map((model) => model.identifier), host: config.name },
    'worker host is up',
  );

  return {
    async stop() {
      stopTimer();
      stopFollowing();
      await stopReconciling();
      await consumers.close(drainMs);
      residency.close();
      await jobs.hosts.leave(config.name).catch(report('leave'));
    },
  };
}
