import type { Clock, Log } from '@tessera/base';
import type { TaskView } from '@tessera/contracts';
import type { Jobs, WaitOptions } from './jobs.ts';
import type { Notices, TaskStore } from './ports.ts';
import { type ReadOutcome, type ReadView, visible } from './read.ts';
import { isFinal } from './state.ts';

/** Callers that wait for a task to move. */
export interface WaitingRoom {
  /** Calls back on every step of the task, and now and then anyway, because notices may be lost. Returns how to leave. */
  enter(taskId: string, onMove: () => void, on: 'final' | 'any'): () => void;
  close(): void;
}

interface Guest {
  readonly onMove: () => void;
  readonly on: 'final' | 'any';
}

/** One subscription and one slow poll for all who wait in this process. */
export function waitingRoom(parts: {
  readonly store: TaskStore;
  readonly notices: Notices;
  readonly clock: Clock;
  readonly log: Log;
  readonly safetyPollMs: number;
}): WaitingRoom {
  const { store, notices, clock, log, safetyPollMs } = parts;
  const rooms = new Map<string, Set<Guest>>();
  let cancelPoll: (() => void) | null = null;

  const call = (taskId: string, which: (guest: Guest) => boolean): void => {
    for (const guest of rooms.get(taskId) ?? []) if (which(guest)) guest.onMove();
  };

  const leaveNotices = notices.subscribe((notice) => {
    if (notice.kind === 'gap') void poll();
    if (notice.kind !== 'task' || !rooms.has(notice.taskId)) return;
    const final = notice.state !== 'progress' && isFinal(notice.state);
    call(notice.taskId, (guest) => final || guest.on === 'any');
  });

  async function poll(): Promise<void> {
    if (rooms.size === 0) return;
    try {
      const settled = new Set(await store.settled([...rooms.keys()]));
      for (const taskId of rooms.keys()) call(taskId, (guest) => settled.has(taskId) || guest.on === 'any');
    } catch (error) {
      log.debug({ reason: (error as Error).message }, 'could not look after waiting callers');
    }
  }

  function schedule(): void {
    if (cancelPoll || rooms.size === 0) return;
    cancelPoll = clock.after(safetyPollMs, () => {
      void poll().finally(() => {
        cancelPoll = null;
        schedule();
      });
    });
  }

  return {
    enter(taskId, onMove, on) {
      const guest = { onMove, on };
      const room = rooms.get(taskId) ?? new Set();
      rooms.set(taskId, room.add(guest));
      schedule();
      return () => {
        room.delete(guest);
        if (room.size === 0 && rooms.get(taskId) === room) rooms.delete(taskId);
      };
    },
    close() {
      cancelPoll?.();
      leaveNotices();
      rooms.clear();
    },
  };
}

/** Resolves as soon as the task is final: by notice within milliseconds, by the slow poll when the notice was lost. */
export function waiter(parts: {
  readonly room: WaitingRoom;
  readonly readView: ReadView;
  readonly readOutcome: ReadOutcome;
  readonly clock: Clock;
}): Pick<Jobs, 'wait' | 'waitResult'> {
  const { room, readView, readOutcome, clock } = parts;

  /** Looks, waits while what it sees is not final, and looks again. */
  async function until<Seen>(
    taskId: string,
    { timeoutMs, signal, caller }: WaitOptions,
    { look, viewOf }: { look(): Promise<Seen | null>; viewOf(seen: Seen): TaskView },
  ): Promise<Seen | null> {
    const mine = (seen: Seen | null): Seen | null => (seen && visible(viewOf(seen), caller) ? seen : null);
    const moved = new Moved();
    // Entered before the first look: a step between the two must not be missed.
    const leave = room.enter(taskId, moved.notify, 'final');
    try {
      const first = mine(await look());
      if (!first || isFinal(viewOf(first).state) || timeoutMs <= 0 || signal?.aborted) return first;
      const cancelTimer = clock.after(timeoutMs, moved.notify);
      signal?.addEventListener('abort', moved.notify, { once: true });
      try {
        await moved.next();
      } finally {
        cancelTimer();
        signal?.removeEventListener('abort', moved.notify);
      }
      return mine(await look());
    } finally {
      leave();
    }
  }

  return {
    wait: (taskId, options) =>
      until(taskId, options, {
        look: () => readView(taskId, { position: false }),
        viewOf: (view) => view,
      }),
    waitResult: (taskId, options) =>
      until(taskId, options, { look: () => readOutcome(taskId), viewOf: ({ view }) => view }),
  };
}

/** Remembers that something happened until somebody asks. */
export class Moved {
  #happened = false;
  #wake: (() => void) | null = null;

  readonly notify = (): void => {
    this.#happened = true;
    this.#wake?.();
  };

  async next(): Promise<void> {
    if (!this.#happened)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#happened = false;
    this.#wake = null;
  }
}
