import type { WireError } from '@tessera/base';
import type { TaskDone, TaskOrder } from '../model-process/protocol.ts';

/** How a task left its model process. `released` means: not run to an end, give it back to the queue. */
export type TaskExit =
  | {
      readonly kind: 'done';
      readonly result: TaskDone;
      /** How long the task waited until its model was loaded; 0 when it was. */
      readonly loadMs: number;
    }
  | { readonly kind: 'failed'; readonly error: WireError; readonly log: string }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'released' };

/** A task that a replica was given and has not answered yet. */
export interface HeldTask {
  readonly order: TaskOrder;
  readonly answer: (exit: TaskExit) => void;
  /** The process has it. */
  sent: boolean;
  cancelled: boolean;
  settled: boolean;
  /** Since when it waits for the model to be loaded (monotonic clock); null when it does not. */
  waitsSinceMs: number | null;
  loadMs: number;
  /** Takes back the timer that ends the task when it runs too long. */
  stopRunTimer: (() => void) | null;
  /** Takes back the timer that waits for the answer to a cancel. */
  stopCancelTimer: (() => void) | null;
}

/** The tasks a replica holds, in order of arrival; each is answered exactly once. */
export interface HeldTasks {
  add(order: TaskOrder, arrivedMs: number): { readonly task: HeldTask; readonly exit: Promise<TaskExit> };
  find(taskId: string): HeldTask | undefined;
  /** False when it was answered before. */
  settle(task: HeldTask, exit: TaskExit): boolean;
  /** Given to the process and not answered. */
  sent(): readonly HeldTask[];
  waiting(): readonly HeldTask[];
  all(): readonly HeldTask[];
  /** The model is loaded: nobody waits for it any more. */
  loaded(nowMs: number): void;
  /** The process is gone: everything it held waits again. */
  recall(nowMs: number): void;
  readonly size: number;
}

export function createHeldTasks(): HeldTasks {
  const held = new Map<string, HeldTask>();
  const stopTimers = (task: HeldTask): void => {
    task.stopRunTimer?.();
    task.stopCancelTimer?.();
    task.stopRunTimer = null;
    task.stopCancelTimer = null;
  };
  return {
    add(order, arrivedMs) {
      let answer: (exit: TaskExit) => void = () => undefined;
      const exit = new Promise<TaskExit>((resolve) => {
        answer = resolve;
      });
      const task: HeldTask = {
        order,
        answer,
        sent: false,
        cancelled: false,
        settled: false,
        waitsSinceMs: arrivedMs,
        loadMs: 0,
        stopRunTimer: null,
        stopCancelTimer: null,
      };
      held.set(order.taskId, task);
      return { task, exit };
    },
    find: (taskId) => held.get(taskId),
    settle(task, exit) {
      if (task.settled) return false;
      task.settled = true;
      stopTimers(task);
      if (held.get(task.order.taskId) === task) held.delete(task.order.taskId);
      task.answer(exit);
      return true;
    },
    sent: () => [...held.values()].filter((task) => task.sent),
    waiting: () => [...held.values()].filter((task) => !task.sent),
    all: () => [...held.values()],
    loaded(nowMs) {
      for (const task of held.values()) {
        if (task.waitsSinceMs !== null) task.loadMs += nowMs - task.waitsSinceMs;
        task.waitsSinceMs = null;
      }
    },
    recall(nowMs) {
      for (const task of held.values()) {
        stopTimers(task);
        if (task.sent) task.waitsSinceMs = nowMs;
        task.sent = false;
      }
    },
    get size() {
      return held.size;
    },
  };
}
