/** Who is to be told when a signal aborts. */
export interface Cancellations {
  /** Calls `tell` once when the signal aborts, unless what comes back was called before. */
  on(signal: AbortSignal | undefined, tell: () => void): () => void;
}

const nothing = (): void => undefined;

/**
 * Everything that waits for one signal shares one listener. A task has one signal and any number of rows; a
 * listener for each would be searched through at every removal, and would trip Node's warning of a leak.
 */
export function createCancellations(): Cancellations {
  const waiting = new Map<AbortSignal, Set<() => void>>();
  const listen = (signal: AbortSignal): Set<() => void> => {
    const told = new Set<() => void>();
    waiting.set(signal, told);
    signal.addEventListener('abort', tellAll, { once: true });
    return told;
  };
  function tellAll({ target }: Event): void {
    const told = waiting.get(target as AbortSignal);
    waiting.delete(target as AbortSignal);
    for (const tell of told ?? []) tell();
  }
  return {
    on(signal, tell) {
      if (!signal) return nothing;
      const told = waiting.get(signal) ?? listen(signal);
      told.add(tell);
      return () => {
        told.delete(tell);
        if (told.size > 0 || waiting.get(signal) !== told) return;
        waiting.delete(signal);
        signal.removeEventListener('abort', tellAll);
      };
    },
  };
}
