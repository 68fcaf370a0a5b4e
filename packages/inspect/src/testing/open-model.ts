import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLog, systemClock } from '@tessera/base';
import { jobPayload, type TaskName, type TaskResult } from '@tessera/contracts';
import { type OpenRuntime, openRuntime } from '@tessera/serving';
import type { SaliencyContext } from '../contexts/explain-context.ts';
import type { OpenHelper } from '../other-models/helper-models.ts';
import { runJob } from '../run-job.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** A model of the repository, open in this process, and what tests ask of it. */
export interface TestModel {
  readonly runtime: OpenRuntime;
  readonly context: SaliencyContext;
  readonly openHelper: OpenHelper;
  run<T extends TaskName = TaskName>(
    payload: Readonly<Record<string, unknown>> & { readonly task?: T },
  ): Promise<TaskResult<T>>;
  close(): Promise<void>;
}

/**
 * Opens `models/tessera/…`, `test/fixtures/models/…` or an absolute folder; helpers are opened by the same
 * names.
 */
export async function openModel(folder: string, threads = 1): Promise<TestModel> {
  const cacheFolder = await mkdtemp(join(tmpdir(), 'tessera-explain-'));
  const open = (name: string, at = resolve(root, name), cache = cacheFolder): Promise<OpenRuntime> =>
    openRuntime({
      identifier: name,
      folder: at,
      cacheFolder: cache,
      threads,
      gpu: null,
      requireGpu: false,
      quantised: false,
      batchSize: 32,
      clock: systemClock,
      log: silentLog,
    });
  const runtime = await open(folder);
  const helpers = new Map<string, Promise<OpenRuntime>>();
  const { signal } = new AbortController();
  const context: SaliencyContext = {
    runtime,
    signal,
    batchSize: 32,
    measure: () => undefined,
    monotonicMs: systemClock.monotonicMs,
    reportProgress: () => undefined,
    files: { folder: resolve(root, folder), open: (changed) => open(folder, changed, changed) },
  };
  const openHelper = (name: string): Promise<OpenRuntime> => {
    const helper = helpers.get(name) ?? open(name);
    helpers.set(name, helper);
    return helper;
  };
  return {
    runtime,
    context,
    openHelper,
    // The job's task is the payload's, which the parser cannot carry over.
    run: (payload) => runJob(jobPayload.parse(payload), context, openHelper) as Promise<never>,
    async close() {
      for (const helper of helpers.values()) await (await helper).close();
      await runtime.close();
      await rm(cacheFolder, { recursive: true, force: true });
    },
  };
}
