/** Time as a dependency: wall clock, monotonic clock and timers. Tests pass a clock they turn by hand. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds of a clock that never jumps; only differences mean something. */
  monotonicMs(): number;
  /** Calls `run` once after `delayMs`; the returned function takes the call back. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}

/** What `within` rejects with; the code is the system's own for "no answer in time". */
export class LateError extends Error {
  override readonly name = 'LateError';
  readonly code = 'ETIMEDOUT';
}

/**
 * What `work` gives if it settles within `ms`, else a LateError that says `what` was late. The work itself
 * goes on: its owner must be able to bear that, and ends it where it can be ended.
 */
export function within<T>(clock: Clock, ms: number, work: Promise<T>, what = 'an answer'): Promise<T> {
  if (ms === Number.POSITIVE_INFINITY) return work;
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(new LateError(`${what} did not come within ${ms} ms`)));
    work.then(resolve, reject).finally(cancel);
  });
}

/** A clock for tests: time stands still until `advance` moves it, running what falls due on the way. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
}

export function manualClock(startMs = 0): ManualClock {
  let nowMs = startMs;
  const timers = new Set<{ readonly dueMs: number; readonly run: () => void }>();
  return {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    after(delayMs, run) {
      const timer = { dueMs: nowMs + delayMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        const due = [...timers].filter((t) => t.dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
        if (!due) break;
        timers.delete(due);
        nowMs = due.dueMs;
        due.run();
      }
      nowMs = endMs;
    },
  };
}
