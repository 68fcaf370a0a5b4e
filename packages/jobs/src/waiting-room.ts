import type { Clock, Log } from '@tessera/base';
import { isFinal } from '@tessera/contracts';
import type { Notices } from './ports/notices.ts';
import type { TaskStore } from './ports/task-store.ts';

/** Callers that wait for a task to move. */
export interface WaitingRoom {
  /**
   * Calls back on every step of the task, and now and then anyway, because notices may be lost. Returns how
   * to leave.
   */
  enter(taskId: string, onMove: () => void, on: 'final' | 'any'): () => void;
  close(): void;
}

interface Guest {
  readonly onMove: () => void;
  readonly on: 'final' | 'any';
}

/** One subscription and one slow poll for all who wait in this process. */
export function openWaitingRoom(parts: {
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
