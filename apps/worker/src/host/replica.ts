import { AppError, type Clock, type Log, toWireError, type WireError } from '@tessera/base';
import type { Capability, TaskProgress, TaskToken } from '@tessera/contracts';
import type { ModelMessage, OpenOrder, TaskOrder } from '../model-process/protocol.ts';
import { createErrands, type Errand, type Outcome } from './errands.ts';
import type { ModelChild, SpawnModelChild } from './model-child.ts';
import { watchPulse } from './pulse.ts';
import { createQuarantine } from './quarantine.ts';
import { countRestarts } from './restarts.ts';

export interface ReplicaEvents {
  onReady(found: {
    readonly capabilities: readonly Capability[];
    readonly warnings: readonly string[];
  }): void;
  onLoadFailed(error: WireError): void;
  onProgress(taskId: string, progress: TaskProgress): void;
  onToken(taskId: string, token: TaskToken): void;
}

export interface ReplicaOptions {
  readonly order: OpenOrder;
  readonly spawn: SpawnModelChild;
  readonly clock: Clock;
  readonly log: Log;
  readonly events: ReplicaEvents;
  readonly taskTimeoutMs: number;
  /** A process that has not answered a cancel after so long is stuck and is killed. */
  readonly cancelGraceMs: number;
}

/**
 * One model process and the tasks it was given. It starts the process again when it dies, finds out which task
 * killed it (quarantine.ts), and answers every task exactly once.
 */
export interface Replica {
  run(task: TaskOrder): Promise<Outcome>;
  cancel(taskId: string): void;
  setBatchSize(batchSize: number): void;
  readonly busy: number;
  readonly rssBytes: number;
  readonly pid: number | null;
  /** Kills the process; tasks still inside are released. */
  close(): void;
}

export function openReplica(options: ReplicaOptions): Replica {
  const { clock, log, events } = options;
  const errands = createErrands();
  const quarantine = createQuarantine<Errand>();
  let order = options.order;
  let child: ModelChild | null = null;
  let pulse: { stop(): void; onPong(id: number): void } | null = null;
  let ready = false;
  let closed = false;
  const restarts = countRestarts();
  let stopRestart: (() => void) | null = null;
  let rssBytes = 0;
  /** Tasks of the batch that the process announced last and that have not been answered yet. */
  let batch = new Set<Errand>();
  /** Set when we killed the process ourselves: nobody is a suspect then. */
  let killedOnPurpose = false;

  const settle = (errand: Errand, outcome: Outcome): void => {
    if (!errands.settle(errand, outcome)) return;
    batch.delete(errand);
    quarantine.cleared(errand);
    dispatch();
  };

  function start(): void {
    stopRestart = null;
    ready = false;
    killedOnPurpose = false;
    batch = new Set();
    child = options.spawn({ onMessage, onExit });
    child.send(order);
  }

  /** Hands out what may run now: one quarantined group alone, or else everything that waits. */
  function dispatch(): void {
    if (!ready || !child) return;
    const group = quarantine.next();
    if (group && errands.sent().length > 0) return;
    for (const errand of group ?? errands.waiting()) send(errand);
  }

  function send(errand: Errand): void {
    errand.sent = true;
    child?.send({ type: 'run', task: errand.task });
  }

  function onMessage(message: ModelMessage): void {
    switch (message.type) {
      case 'ready':
        ready = true;
        restarts.loaded();
        pulse = watchPulse({
          clock,
          ping: (id) => child?.send({ type: 'ping', id }),
          onSilent: () => kill('does not answer', 'as a crash'),
        });
        events.onReady(message);
        return dispatch();
      case 'open-failed':
        return onLoadFailed(message.error);
      case 'batch':
        batch = new Set(message.taskIds.flatMap((id) => errands.find(id) ?? []));
        // Time counts from a task's first batch: waiting behind others is not its fault.
        for (const errand of batch)
          errand.stopRunTimer ??= clock.after(options.taskTimeoutMs, () => onTimeout(errand));
        return;
      case 'stuck':
        return kill('runs a batch that nobody wants any more', 'on purpose');
      case 'progress':
        onProgress(message.taskId);
        return events.onProgress(message.taskId, message.progress);
      case 'token':
        return events.onToken(message.taskId, message.token);
      case 'pong':
        rssBytes = message.rssBytes;
        return pulse?.onPong(message.id);
    }
    const errand = errands.find(message.taskId);
    if (!errand) return;
    restarts.useful();
    if (message.type === 'done') settle(errand, { kind: 'done', result: message.result });
    else if (message.type === 'failed')
      settle(errand, { kind: 'failed', error: message.error, log: message.log });
    else settle(errand, { kind: 'cancelled' });
  }

  /** A dataset may take hours; what must not take longer than a task may is the way from one sign of life to the next. */
  function onProgress(taskId: string): void {
    const errand = errands.find(taskId);
    if (!errand?.task.payload.evaluation || !errand.stopRunTimer) return;
    errand.stopRunTimer();
    errand.stopRunTimer = clock.after(options.taskTimeoutMs, () => onTimeout(errand));
  }

  function onExit(signal: string): void {
    const wasReady = ready;
    ready = false;
    child = null;
    pulse?.stop();
    pulse = null;
    rssBytes = 0;
    if (closed) return;
    const lost = errands.sent();
    errands.recall();
    if (killedOnPurpose) log.info({ model: order.model.identifier }, 'model process ended as asked');
    else if (wasReady) blame(lost, signal);
    else if (restarts.endedLoading(signal)) {
      const reason = `its process ended (${signal}) while loading`;
      const detail = { model: order.model.identifier, reason };
      return onLoadFailed(toWireError(new AppError('MODEL_LOAD_FAILED', { detail })));
    }
    if (errands.size === 0 && !wasReady) return;
    const pauseMs = restarts.ended();
    log.warn(
      { model: order.model.identifier, signal, lost: lost.length, pauseMs },
      'starting the model process again',
    );
    if (pauseMs === 0) start();
    else stopRestart = clock.after(pauseMs, start);
  }

  function blame(lost: readonly Errand[], signal: string): void {
    if (lost.length === 0) return;
    const announced = lost.filter((errand) => batch.has(errand));
    for (const errand of quarantine.crashed(announced.length > 0 ? announced : lost, signal)) {
      const error = toWireError(new AppError('TASK_POISONOUS', { detail: { signal } }));
      settle(errand, {
        kind: 'failed',
        error,
        log: `model process ended (${signal}) on every run of this task`,
      });
    }
  }

  function onLoadFailed(error: WireError): void {
    events.onLoadFailed(error);
    killedOnPurpose = true;
    for (const errand of errands.all()) settle(errand, { kind: 'failed', error, log: error.text });
    child?.kill();
  }

  function kill(why: string, intent: 'on purpose' | 'as a crash'): void {
    if (!child?.alive) return;
    killedOnPurpose = intent === 'on purpose';
    log.warn({ model: order.model.identifier, pid: child.pid }, `killing the model process: it ${why}`);
    child.kill();
  }

  /** A batch that runs too long is treated like a crash, so that its innocent members get their turn alone. */
  function onTimeout(errand: Errand): void {
    const alone = [...batch].every((mate) => mate === errand);
    if (batch.has(errand) && !alone) return kill('runs a batch past its time', 'as a crash');
    const seconds = Math.round(options.taskTimeoutMs / 1000);
    const error = toWireError(new AppError('TASK_TIMED_OUT', { detail: { seconds } }));
    child?.send({ type: 'cancel', taskId: errand.task.taskId });
    settle(errand, { kind: 'failed', error, log: error.text });
  }

  /** A living process answers a cancel at once (protocol.ts); one that does not is stuck, and its other tasks run again. */
  function cancel(taskId: string): void {
    const errand = errands.find(taskId);
    if (!errand || errand.cancelled) return;
    errand.cancelled = true;
    if (!errand.sent) return settle(errand, { kind: 'cancelled' });
    child?.send({ type: 'cancel', taskId });
    errand.stopCancelTimer = clock.after(options.cancelGraceMs, () => {
      settle(errand, { kind: 'cancelled' });
      kill('does not answer a cancel', 'on purpose');
    });
  }

  return {
    run(task) {
      const { errand, outcome } = errands.add(task);
      if (closed) settle(errand, { kind: 'released' });
      else if (!child && !stopRestart) start();
      else if (ready && quarantine.size === 0) send(errand);
      return outcome;
    },
    cancel,
    setBatchSize(batchSize) {
      order = { ...order, model: { ...order.model, batchSize } };
      child?.send({ type: 'limits', batchSize });
    },
    get busy() {
      return errands.size;
    },
    get rssBytes() {
      return rssBytes;
    },
    get pid() {
      return child?.pid ?? null;
    },
    close() {
      closed = true;
      stopRestart?.();
      pulse?.stop();
      for (const errand of errands.all()) settle(errand, { kind: 'released' });
      child?.kill();
    },
  };
}
