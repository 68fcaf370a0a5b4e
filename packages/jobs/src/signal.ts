/** Remembers that something happened until it is asked for. */
export interface Signal {
  notify(): void;
  /** Resolves at once when something happened since the last time, else when it does. */
  next(): Promise<void>;
}

export function createSignal(): Signal {
  let happened = false;
  let wake: (() => void) | null = null;
  return {
    notify() {
      happened = true;
      wake?.();
    },
    async next() {
      if (!happened)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      happened = false;
      wake = null;
    },
  };
}
