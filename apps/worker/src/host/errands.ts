import type { WireError } from '@tessera/base';
import type { TaskDone, TaskOrder } from '../model-process/protocol.ts';

/** How a task left its model process. `released` means: not run to an end, give it back to the queue. */
export type Outcome =
  | { readonly kind: 'done'; readonly result: TaskDone }
  | { readonly kind: 'failed'; readonly error: WireError; readonly log: string }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'released' };

/** A task on its way through a model process. */
export interface Errand {
  readonly task: TaskOrder;
  readonly answer: (outcome: Outcome) => void;
  sent: boolean;
  cancelled: boolean;
  settled: boolean;
  /** Takes back the timer that ends the task when it runs too long. */
  stopRunTimer: (() => void) | null;
  /** Takes back the timer that waits for the answer to a cancel. */
  stopCancelTimer: (() => void) | null;
}

/** The tasks a replica holds, in order of arrival; each is answered exactly once. */
export interface Errands {
  add(task: TaskOrder): { readonly errand: Errand; readonly outcome: Promise<Outcome> };
  find(taskId: string): Errand | undefined;
  /** False when it was answered before. */
  settle(errand: Errand, outcome: Outcome): boolean;
  /** Given to the process and not answered. */
  sent(): readonly Errand[];
  waiting(): readonly Errand[];
  all(): readonly Errand[];
  /** The process is gone: everything it held waits again. */
  recall(): void;
  readonly size: number;
}

export function createErrands(): Errands {
  const held = new Map<string, Errand>();
  const stopTimers = (errand: Errand): void => {
    errand.stopRunTimer?.();
    errand.stopCancelTimer?.();
    errand.stopRunTimer = null;
    errand.stopCancelTimer = null;
  };
  return {
    add(task) {
      let answer: (outcome: Outcome) => void = () => undefined;
      const outcome = new Promise<Outcome>((resolve) => {
        answer = resolve;
      });
      const errand: Errand = {
        task,
        answer,
        sent: false,
        cancelled: false,
        settled: false,
        stopRunTimer: null,
        stopCancelTimer: null,
      };
      held.set(task.taskId, errand);
      return { errand, outcome };
    },
    find: (taskId) => held.get(taskId),
    settle(errand, outcome) {
      if (errand.settled) return false;
      errand.settled = true;
      stopTimers(errand);
      if (held.get(errand.task.taskId) === errand) held.delete(errand.task.taskId);
      errand.answer(outcome);
      return true;
    },
    sent: () => [...held.values()].filter((errand) => errand.sent),
    waiting: () => [...held.values()].filter((errand) => !errand.sent),
    all: () => [...held.values()],
    recall() {
      for (const errand of held.values()) {
        stopTimers(errand);
        errand.sent = false;
        // A cancelled task does not run a second time.
        if (errand.cancelled) this.settle(errand, { kind: 'cancelled' });
      }
    },
    get size() {
      return held.size;
    },
  };
}
