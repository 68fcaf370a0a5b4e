import type { Clock } from '@tessera/base';

/** Notices when something that happens regularly does not happen any more. */
export interface Watchdog {
  /** It has happened. */
  feed(): void;
  /** How long ago it happened, in milliseconds. */
  hungryMs(): number;
  stop(): void;
}

/** Calls `onHungry` once when `feed` was not called for `patienceMs`. */
export function startWatchdog(options: {
  readonly clock: Clock;
  readonly patienceMs: number;
  onHungry(hungryMs: number): void;
}): Watchdog {
  const { clock, patienceMs } = options;
  let fedMs = clock.monotonicMs();
  let stopTimer = clock.after(patienceMs, look);
  function look(): void {
    const hungryMs = clock.monotonicMs() - fedMs;
    if (hungryMs >= patienceMs) return options.onHungry(hungryMs);
    stopTimer = clock.after(patienceMs - hungryMs, look);
  }
  return {
    feed: () => {
      fedMs = clock.monotonicMs();
    },
    hungryMs: () => clock.monotonicMs() - fedMs,
    stop: () => stopTimer(),
  };
}
