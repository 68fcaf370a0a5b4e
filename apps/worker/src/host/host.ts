import { join } from 'node:path';
import type { ClaimedTask } from '@tessera/jobs';
import { tidyGraphCache } from '@tessera/serving';
import { createConsumers } from './consumers.ts';
import { describeNew } from './describe-new.ts';
import { startHeartbeat } from './heartbeat.ts';
import type { HostDeps } from './host-deps.ts';
import { createFileLocator } from './locate-files.ts';
import { createModelOpener } from './open-model.ts';
import { registerFolders } from './register-folders.ts';
import { createResidency, type Residency } from './residency.ts';
import { createTaskRunner } from './run-task.ts';

/** A running worker host. */
export interface Host {
  /** What is loaded here now. */
  resident(): ReturnType<Residency['resident']>;
  /** Models whose tasks wait although this host should take them. */
  stuck(): readonly string[];
  /** Takes no new tasks, lets those under way end for some seconds, gives the others back. */
  stop(): Promise<void>;
}

const reconcileEveryMs = 5_000;
const drainMs = 8_000;

/**
 * Starts a worker host: consumers for every model, model processes on demand, the reconciler, the heartbeat.
 */
export async function startHost(deps: HostDeps): Promise<Host> {
  const { config, clock, log, jobs } = deps;
  const { name } = config;
  const report = (what: string) => (error: unknown) =>
    log.warn({ err: error, what }, 'could not report to the database');
  const tasks = new Map<string, ClaimedTask>();
  const files = createFileLocator({ config, jobs, log });
  const opener = createModelOpener(deps, { files, tasks, report });
  const residency = createResidency({
    clock,
    log,
    memoryLimitBytes: config.memoryLimitBytes,
    mostReplicas: config.threads,
    idleMs: config.modelIdleMs,
    open: opener.open,
    onUnload: ({ identifier }) =>
      void jobs.catalogue.report(identifier, { state: 'registered' }).catch(report('unload')),
  });
  const run = createTaskRunner(deps, { files, residency, tasks });
  const consumers = createConsumers({
    jobs,
    host: name,
    log,
    mostReplicas: config.threads,
    handlerOf: () => run,
    onChanged: (model) => {
      residency.changed(model);
      const source = files.sourceOf(model);
      if (source.kind === 'folder')
        void describeNew(model, { folder: source.path, jobs, log }).catch(report('description'));
    },
    onRemoved: (identifier) => residency.remove(identifier),
  });

  void jobs.hosts.succeed(name).catch(report('predecessors'));
  await registerFolders({ folder: config.modelsDir, jobs, log });
  const stopFollowing = jobs.catalogue.onChange(() => void consumers.align());
  await consumers.align();
  const stopReconciling = jobs.keepReconciled({ everyMs: reconcileEveryMs });
  const { downloads } = opener;
  const { gpus, onBeat } = deps;
  const onError = report('heartbeat');
  const heart = startHeartbeat({ host: name, jobs, residency, downloads, gpus, clock, onBeat, onError });
  void tidyGraphCache(join(config.home, 'cache'), clock.now()).catch((error: unknown) =>
    log.warn({ err: error }, 'could not tidy the cached graphs'),
  );
  const models = (await jobs.catalogue.list()).map((model) => model.identifier);
  log.info({ models, host: name }, 'worker host is up');

  return {
    resident: residency.resident,
    stuck: consumers.stuck,
    async stop() {
      heart.stop();
      stopFollowing();
      await stopReconciling();
      await consumers.close(drainMs);
      residency.close();
      await jobs.hosts.leave(name).catch(report('leave'));
    },
  };
}
