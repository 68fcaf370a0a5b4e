import { AppError } from '@tessera/base';
import { type ClaimedTask, isPassing, type RunEnd } from '@tessera/jobs';
import { endOfRun } from './end-of-run.ts';
import type { HostDeps } from './host-deps.ts';
import type { FileLocator } from './locate-files.ts';
import type { Residency } from './residency.ts';

/**
 * Runs the tasks of a host on its resident models; each end is counted and leaves a line in the log, without
 * any text of its user.
 */
export function createTaskRunner(
  { clock, log, jobs, metrics }: HostDeps,
  parts: {
    readonly files: FileLocator;
    readonly residency: Residency;
    readonly tasks: Map<string, ClaimedTask>;
  },
): (task: ClaimedTask) => Promise<RunEnd> {
  async function run(task: ClaimedTask): Promise<RunEnd> {
    const { taskId, attempt, payload } = task;
    const model = await jobs.catalogue.read(task.model);
    if (!model) throw new AppError('MODEL_UNKNOWN', { detail: { model: task.model } });
    const helpers = await parts.files.helpersOf(payload);
    return endOfRun(await parts.residency.run(model, { taskId, attempt, payload, helpers }, task.signal));
  }

  return async (task) => {
    const { taskId, attempt, model, kind, queuedMs } = task;
    const startMs = clock.monotonicMs();
    parts.tasks.set(taskId, task);
    try {
      const end = await run(task).catch(refused);
      const runMs = clock.monotonicMs() - startMs;
      metrics.ended(task, end, runMs);
      const told = { taskId, attempt, model, kind, task: task.task, outcome: end.kind, queuedMs, runMs };
      if (end.kind === 'succeeded') log.info({ ...told, ...end.timings }, 'task ended');
      else if (end.kind === 'failed')
        log.warn({ ...told, code: end.error.code, cause: end.error.cause }, 'task ended');
      else log.info(told, 'task ended');
      return end;
    } finally {
      parts.tasks.delete(taskId);
    }
  };
}

/**
 * A model whose files cannot be had is an end like any other; what is not said in the error table is the
 * queue's to judge.
 */
function refused(thrown: unknown): RunEnd {
  if (!(thrown instanceof AppError) || isPassing(thrown)) throw thrown;
  return { kind: 'failed', error: thrown };
}
