import type { Clock } from '@tessera/base';
import { isFinal, type TaskEvent, type TaskProgress, type TaskToken } from '@tessera/contracts';
import type { Jobs } from './jobs.ts';
import type { Notices } from './ports/notices.ts';
import type { TaskStore } from './ports/task-store.ts';
import { type ReadView, visible } from './read.ts';
import { createSignal } from './signal.ts';
import { unknownTask } from './unknown-task.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** Follows one task's life: first what is written in its row, then each step as it is written. */
export function createWatch(parts: {
  readonly store: TaskStore;
  readonly room: WaitingRoom;
  readonly notices: Notices;
  readonly readView: ReadView;
  readonly clock: Clock;
}): Jobs['watch'] {
  const { store, room, notices, readView, clock } = parts;
  return async function* watch(taskId, { afterEventId = 0, signal, caller } = {}) {
    const moved = createSignal();
    const tokens: TaskToken[] = [];
    // The row is read when it may have changed, not for each of a hundred tokens per second.
    let stale = true;
    const leaveRoom = room.enter(
      taskId,
      () => {
        stale = true;
        moved.notify();
      },
      'any',
    );
    const leaveNotices = notices.subscribe((notice) => {
      if (notice.kind !== 'token' || notice.taskId !== taskId) return;
      tokens.push(notice.token);
      moved.notify();
    });
    signal?.addEventListener('abort', moved.notify, { once: true });
    try {
      if (!visible(await readView(taskId, { position: false }), caller)) throw unknownTask(taskId);
      let last = afterEventId;
      let lastProgress = '';
      const now = (): string => new Date(clock.now()).toISOString();
      while (!signal?.aborted) {
        for (const token of tokens.splice(0))
          yield { id: last, type: 'token', at: now(), data: { ...token } };
        if (!stale) {
          await moved.next();
          continue;
        }
        stale = false;
        const life = await store.readLife(taskId);
        if (!life) throw unknownTask(taskId);
        for (const token of tokens.splice(0))
          yield { id: last, type: 'token', at: now(), data: { ...token } };
        const fresh = life.events.filter((event) => event.id > last);
        yield* fresh;
        last = fresh.at(-1)?.id ?? last;
        if (isFinal(life.state)) return;
        const progress = JSON.stringify(life.progress);
        if (life.progress && progress !== lastProgress) yield progressEvent(last, now(), life.progress);
        lastProgress = progress;
      }
    } finally {
      leaveRoom();
      leaveNotices();
      signal?.removeEventListener('abort', moved.notify);
    }
  };
}

/** Carries the last step's id, so that a client that reconnects with it misses no step. */
function progressEvent(id: number, at: string, progress: TaskProgress): TaskEvent {
  return { id, type: 'progress', at, data: { ...progress } };
}
