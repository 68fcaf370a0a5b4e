import type { Clock } from '@tessera/base';

const beatMs = 2_000;
/** The process's main thread tokenizes; a long text may hold it for seconds, but not for this long. */
const silentAfterMs = 30_000;

/** Watches whether a process answers. */
export interface Pulse {
  stop(): void;
  onPong(): void;
}

/** Pings a model process regularly and reports once when it has been silent for half a minute. */
export function watchPulse(options: {
  readonly clock: Clock;
  ping(id: number): void;
  onSilent(): void;
}): Pulse {
  let id = 0;
  let heardMs = options.clock.monotonicMs();
  let stopTimer = (): void => undefined;
  const beat = (): void => {
    if (options.clock.monotonicMs() - heardMs > silentAfterMs) return options.onSilent();
    options.ping(++id);
    stopTimer = options.clock.after(beatMs, beat);
  };
  beat();
  return {
    stop: () => stopTimer(),
    onPong: () => {
      heardMs = options.clock.monotonicMs();
    },
  };
}
