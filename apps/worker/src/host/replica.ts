import { AppError, toWireError, type WireError } from '@tessera/base';
import type { BatchCounts, HostMessage, ModelMessage } from '../model-process/protocol.ts';
import { createHeldTasks, type HeldTask, type TaskExit } from './held-tasks.ts';
import type { ModelChild } from './model-child.ts';
import { type Pulse, watchPulse } from './pulse.ts';
import { createQuarantine } from './quarantine.ts';
import { canChange } from './replica-mode.ts';
import type { Replica, ReplicaOptions } from './replica-port.ts';
import { countRestarts } from './restarts.ts';

/** What goes with each mode; the table of changes is in replica-mode.ts. */
type State =
  | { readonly mode: 'idle' | 'closed' }
  | { readonly mode: 'loading'; readonly child: ModelChild; readonly sinceMs: number }
  | { readonly mode: 'ready'; readonly child: ModelChild; readonly pulse: Pulse }
  | {
      readonly mode: 'killing';
      readonly child: ModelChild;
      readonly wasReady: boolean;
      /** Treated like a crash, so that the members of the batch are suspects. */
      readonly blames: boolean;
    }
  | { readonly mode: 'pausing'; readonly stop: () => void };

const noBatches: BatchCounts = { batches: 0, rows: 0, tokens: 0, paddedTokens: 0 };

export function openReplica(options: ReplicaOptions): Replica {
  const { clock, log, events } = options;
  const held = createHeldTasks();
  const quarantine = createQuarantine<HeldTask>();
  const restarts = countRestarts();
  let order = options.order;
  let state: State = { mode: 'idle' };
  let rssBytes = 0;
  let counted = noBatches;
  /** Tasks of the batch that the process announced last and that have not been answered yet. */
  let batch = new Set<HeldTask>();

  function change(to: State): void {
    if (!canChange(state.mode, to.mode))
      throw new Error(`a replica cannot go from ${state.mode} to ${to.mode}`);
    if (state.mode === 'ready') state.pulse.stop();
    if (state.mode === 'pausing') state.stop();
    state = to;
  }

  const childOf = (from: State): ModelChild | null => ('child' in from ? from.child : null);
  const tell = (message: HostMessage): void => childOf(state)?.send(message);

  function settle(task: HeldTask, exit: TaskExit): void {
    if (!held.settle(task, exit)) return;
    batch.delete(task);
    quarantine.cleared(task);
    dispatch();
  }

  function start(): void {
    batch = new Set();
    counted = noBatches;
    const sinceMs = clock.monotonicMs();
    change({ mode: 'loading', child: options.spawn({ onMessage, onExit }), sinceMs });
    tell(order);
  }

  /** Hands out what may run now: one quarantined group alone, or else everything that waits. */
  function dispatch(): void {
    if (state.mode !== 'ready') return;
    const group = quarantine.next();
    if (group && held.sent().length > 0) return;
    for (const task of group ?? held.waiting()) send(task);
  }

  function send(task: HeldTask): void {
    task.sent = true;
    tell({ type: 'run', task: task.order });
  }

  function onMessage(message: ModelMessage): void {
    switch (message.type) {
      case 'ready':
        return onReady(message);
      case 'open-failed':
        return onLoadFailed(message.error);
      case 'batch':
        batch = new Set(message.taskIds.flatMap((id) => held.find(id) ?? []));
        // Time counts from a task's first batch: waiting behind others is not its fault.
        for (const task of batch)
          task.stopRunTimer ??= clock.after(options.taskTimeoutMs, () => onTimeout(task));
        return;
      case 'stuck':
        return kill('runs a batch that nobody wants any more', { blames: false });
      case 'progress':
        onProgress(message.taskId);
        return events.onProgress(message.taskId, message.progress);
      case 'token':
        return events.onToken(message.taskId, message.token);
      case 'pong':
        rssBytes = message.rssBytes;
        countBatches(message.batches);
        if (state.mode === 'ready') state.pulse.onPong();
        return;
    }
    const task = held.find(message.taskId);
    if (!task) return;
    restarts.useful();
    if (message.type === 'done') settle(task, { kind: 'done', result: message.result, loadMs: task.loadMs });
    else if (message.type === 'failed')
      settle(task, { kind: 'failed', error: message.error, log: message.log });
    else settle(task, { kind: 'cancelled' });
  }

  /** The process counts from its start; told is what is new. */
  function countBatches(now: BatchCounts): void {
    const { batches, rows, tokens, paddedTokens } = now;
    events.onBatches({
      batches: batches - counted.batches,
      rows: rows - counted.rows,
      tokens: tokens - counted.tokens,
      paddedTokens: paddedTokens - counted.paddedTokens,
    });
    counted = now;
  }

  function onReady(found: Extract<ModelMessage, { type: 'ready' }>): void {
    if (state.mode !== 'loading') return;
    const { child, sinceMs } = state;
    const loadMs = clock.monotonicMs() - sinceMs;
    const pulse = watchPulse({
      clock,
      ping: (id) => child.send({ type: 'ping', id }),
      onSilent: () => kill('does not answer', { blames: true }),
    });
    change({ mode: 'ready', child, pulse });
    restarts.loaded();
    held.loaded(clock.monotonicMs());
    events.onReady({ ...found, loadMs });
    dispatch();
  }

  /**
   * A dataset may take hours; what must not take longer than a task may is the way from one sign of life to
   * the next.
   */
  function onProgress(taskId: string): void {
    const task = held.find(taskId);
    if (!task?.order.payload.evaluation || !task.stopRunTimer) return;
    task.stopRunTimer();
    task.stopRunTimer = clock.after(options.taskTimeoutMs, () => onTimeout(task));
  }

  function onExit(signal: string): void {
    const before = state;
    if (before.mode === 'closed') return;
    change({ mode: 'idle' });
    rssBytes = 0;
    const lost = held.sent();
    held.recall(clock.monotonicMs());
    // A cancelled task does not run a second time, and is nobody's suspect.
    for (const task of held.all()) if (task.cancelled) settle(task, { kind: 'cancelled' });
    const wasReady = before.mode === 'ready' || (before.mode === 'killing' && before.wasReady);
    if (before.mode === 'killing' && !before.blames)
      log.info({ model: order.model.identifier }, 'model process ended as asked');
    else if (wasReady)
      blame(
        lost.filter((task) => !task.settled),
        signal,
      );
    else if (restarts.endedLoading(signal)) giveUpLoading(signal);
    if (held.size === 0 && !wasReady) return;
    const pauseMs = restarts.ended();
    events.onRestart(signal);
    const counts = { signal, lost: lost.length, pauseMs };
    log.warn({ model: order.model.identifier, ...counts }, 'starting the model process again');
    if (pauseMs === 0) start();
    else change({ mode: 'pausing', stop: clock.after(pauseMs, start) });
  }

  function blame(lost: readonly HeldTask[], signal: string): void {
    if (lost.length === 0) return;
    const announced = lost.filter((task) => batch.has(task));
    for (const task of quarantine.crashed(announced.length > 0 ? announced : lost, signal)) {
      const error = toWireError(new AppError('TASK_POISONOUS', { detail: { signal } }));
      const cause = `model process ended (${signal}) on every run of this task`;
      settle(task, { kind: 'failed', error, log: cause });
    }
  }

  function giveUpLoading(signal: string): void {
    const reason = `its process ended (${signal}) while loading`;
    const detail = { model: order.model.identifier, reason };
    failAll(toWireError(new AppError('MODEL_LOAD_FAILED', { detail })));
  }

  function onLoadFailed(error: WireError): void {
    const child = childOf(state);
    if (!child || state.mode !== 'loading') return;
    change({ mode: 'killing', child, wasReady: false, blames: false });
    failAll(error);
    child.kill();
  }

  function failAll(error: WireError): void {
    events.onLoadFailed(error);
    for (const task of held.all()) settle(task, { kind: 'failed', error, log: error.text });
  }

  function kill(why: string, { blames }: { readonly blames: boolean }): void {
    if (state.mode !== 'ready' && state.mode !== 'loading') return;
    const { child, mode } = state;
    log.warn({ model: order.model.identifier, pid: child.pid }, `killing the model process: it ${why}`);
    change({ mode: 'killing', child, wasReady: mode === 'ready', blames });
    child.kill();
  }

  /**
   * A batch that runs too long is treated like a crash, so that its innocent members get their turn alone.
   */
  function onTimeout(task: HeldTask): void {
    const alone = [...batch].every((mate) => mate === task);
    if (batch.has(task) && !alone) return kill('runs a batch past its time', { blames: true });
    const seconds = Math.round(options.taskTimeoutMs / 1000);
    const error = toWireError(new AppError('TASK_TIMED_OUT', { detail: { seconds } }));
    tell({ type: 'cancel', taskId: task.order.taskId });
    settle(task, { kind: 'failed', error, log: error.text });
  }

  return {
    run(taskOrder, arrivedMs = clock.monotonicMs()) {
      const { task, exit } = held.add(taskOrder, arrivedMs);
      if (state.mode === 'closed') settle(task, { kind: 'released' });
      else if (state.mode === 'idle') start();
      else if (state.mode === 'ready') {
        held.loaded(clock.monotonicMs());
        if (quarantine.size === 0) send(task);
      }
      return exit;
    },
    /**
     * A living process answers a cancel at once (protocol.ts); one that does not is stuck, and its other
     * tasks run again.
     */
    cancel(taskId) {
      const task = held.find(taskId);
      if (!task || task.cancelled) return;
      task.cancelled = true;
      if (!task.sent) return settle(task, { kind: 'cancelled' });
      tell({ type: 'cancel', taskId });
      task.stopCancelTimer = clock.after(options.cancelGraceMs, () => {
        settle(task, { kind: 'cancelled' });
        kill('does not answer a cancel', { blames: false });
      });
    },
    setBatchSize(batchSize) {
      order = { ...order, model: { ...order.model, batchSize } };
      tell({ type: 'limits', batchSize });
    },
    get mode() {
      return state.mode;
    },
    get busy() {
      return held.size;
    },
    get rssBytes() {
      return rssBytes;
    },
    get pid() {
      return childOf(state)?.pid ?? null;
    },
    close() {
      if (state.mode === 'closed') return;
      const child = childOf(state);
      change({ mode: 'closed' });
      for (const task of held.all()) settle(task, { kind: 'released' });
      child?.kill();
    },
  };
}
