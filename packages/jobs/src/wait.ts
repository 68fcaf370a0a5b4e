import type { Clock } from '@tessera/base';
import { isFinal, type TaskView } from '@tessera/contracts';
import type { Jobs, WaitOptions } from './jobs.ts';
import { type ReadOutcome, type ReadView, visible } from './read.ts';
import { createSignal } from './signal.ts';
import type { WaitingRoom } from './waiting-room.ts';

/**
 * Resolves as soon as the task is final: by notice within milliseconds, by the slow poll when the notice was
 * lost.
 */
export function createWait(parts: {
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
    const moved = createSignal();
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
