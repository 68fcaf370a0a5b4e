import { AppError, type Clock, type Log, toAppError, toWireError } from '@tessera/base';
import type { TaskProgress, TaskToken } from '@tessera/contracts';
import { keepHelpers, runJob } from '@tessera/inspect';
import { type OpenRuntime, openRuntime } from '@tessera/serving';
import { packResult } from './pack-result.ts';
import type { BatchCounts, HostMessage, ModelMessage, OpenOrder, TaskOrder } from './protocol.ts';
import { createStopwatch } from './stopwatch.ts';

export interface ModelProcessDeps {
  readonly clock: Clock;
  readonly log: Log;
  say(message: ModelMessage): Promise<void>;
  rssBytes(): number;
}

/**
 * A batch in which every member is cancelled may run on for so long before the host is asked to kill the
 * process.
 */
const stuckAfterMs = 400;

/**
 * The inside of a model process: opens one model, runs tasks on it, answers each exactly once.
 * It listens while onnxruntime works in its own thread, so a cancel or a ping is answered at once.
 */
export function createModelProcess(deps: ModelProcessDeps): { hear(message: HostMessage): void } {
  const { clock, say } = deps;
  const running = new Map<string, AbortController>();
  let runtime: OpenRuntime | null = null;
  let order: OpenOrder | null = null;
  let batch: readonly string[] = [];
  /** Another model beside this process's own. */
  const openBeside = (identifier: string, folder: string, cacheFolder: string): Promise<OpenRuntime> => {
    const { threads } = order!;
    const device = { threads, gpu: null, requireGpu: false, quantised: false, batchSize: 32 };
    return openRuntime({ identifier, folder, cacheFolder, ...device, clock, log: deps.log });
  };
  const helpers = keepHelpers((identifier, folder) => openBeside(identifier, folder, order!.cacheFolder));

  async function open(message: OpenOrder): Promise<void> {
    order = message;
    try {
      runtime = await openRuntime({
        identifier: message.model.identifier,
        folder: message.folder,
        file: message.model.source.file,
        cacheFolder: message.cacheFolder,
        threads: message.threads,
        gpu: message.gpu,
        requireGpu: message.requireGpu,
        adapterHub: message.hub,
        generationCacheBytes: message.generationCacheBytes,
        quantised: message.model.onnxUseQuantized,
        batchSize: message.model.batchSize,
        clock,
        log: deps.log,
        onBatchStart: (taskIds) => {
          batch = taskIds;
          return say({ type: 'batch', taskIds });
        },
        onBatchEnd: () => {
          batch = [];
        },
      });
      await say({ type: 'ready', capabilities: runtime.capabilities, warnings: runtime.warnings });
    } catch (thrown) {
      await say({ type: 'open-failed', error: toWireError(loadError(thrown, message.model.identifier)) });
    }
  }

  async function run(task: TaskOrder): Promise<void> {
    const abort = new AbortController();
    running.set(task.taskId, abort);
    const others = helpers.lease(task.helpers ?? {});
    try {
      if (!runtime || !order) throw new Error('a task came before the model was open');
      const stopwatch = createStopwatch();
      const { taskId } = task;
      const { adapters: names, averageAdapters: average } = task.payload;
      const fromMs = clock.monotonicMs();
      const adapted = await runtime.withAdapters({ names, average });
      stopwatch.add({ prepared: { fromMs, toMs: clock.monotonicMs() } });
      const context = {
        runtime: adapted,
        tag: taskId,
        signal: abort.signal,
        batchSize: order.model.batchSize,
        modelType: order.model.modelType,
        measure: stopwatch.add,
        monotonicMs: clock.monotonicMs,
        reportProgress: (progress: TaskProgress) => void say({ type: 'progress', taskId, progress }),
        ...(listening(task) && { reportToken: tokenTeller(taskId) }),
        files: {
          folder: order.folder,
          // A copy with other weights keeps what is made from it in its own folder, which goes with it.
          open: (folder: string) => openBeside(order!.model.identifier, folder, folder),
        },
      };
      const result = await runJob(task.payload, context, others.open);
      const warnings = [...result.warnings, ...runtime.answerWarnings];
      const packed = packResult({ ...result, warnings }, order.maxResultBytes, stopwatch.read());
      if (!abort.signal.aborted) await say({ type: 'done', taskId, result: packed });
    } catch (thrown) {
      if (abort.signal.aborted) return;
      const error = toAppError(thrown, task.taskId);
      const log = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
      await say({ type: 'failed', taskId: task.taskId, error: toWireError(error), log });
    } finally {
      others.release();
      running.delete(task.taskId);
    }
  }

  /** Numbers a task's pieces of text, so that a listener sees whether one was lost on the way. */
  function tokenTeller(taskId: string): (piece: Omit<TaskToken, 'index'>) => void {
    let index = 0;
    return (piece) => void say({ type: 'token', taskId, token: { ...piece, index: index++ } });
  }

  function counts(): BatchCounts {
    const { batches = 0, rows = 0, tokens = 0, paddedTokens = 0 } = runtime?.stats() ?? {};
    return { batches, rows, tokens, paddedTokens };
  }

  function cancel(taskId: string): void {
    running.get(taskId)?.abort(new AppError('TASK_CANCELLED'));
    void say({ type: 'cancelled', taskId });
    const held = batch;
    const nobodyWaits = held.every((id) => id === taskId || (running.get(id)?.signal.aborted ?? true));
    if (!held.includes(taskId) || !nobodyWaits) return;
    clock.after(stuckAfterMs, () => {
      if (batch === held) void say({ type: 'stuck' });
    });
  }

  return {
    hear(message) {
      switch (message.type) {
        case 'open':
          return void open(message);
        case 'run':
          return void run(message.task);
        case 'cancel':
          return cancel(message.taskId);
        case 'limits':
          if (order) order = { ...order, model: { ...order.model, batchSize: message.batchSize } };
          return runtime?.setBatchSize(message.batchSize);
        case 'ping':
          return void say({ type: 'pong', id: message.id, rssBytes: deps.rssBytes(), batches: counts() });
      }
    },
  };
}

function listening({ payload }: TaskOrder): boolean {
  return payload.task === 'generation' && payload.streamTokens === true;
}

function loadError(thrown: unknown, model: string): AppError {
  if (thrown instanceof AppError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError('MODEL_LOAD_FAILED', { detail: { model, reason }, cause: thrown });
}
