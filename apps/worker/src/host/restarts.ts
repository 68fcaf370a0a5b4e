/** How patient a replica is with a process that keeps ending. */
export interface Restarts {
  /** The process ended; returns the pause before the next start, in milliseconds. */
  ended(): number;
  /** It ended while it loaded; true when the model is to be given up. */
  endedLoading(signal: string): boolean;
  /** The model is open. */
  loaded(): void;
  /** A task came back: the process is of use. */
  useful(): void;
}

const firstPauseMs = 100;
const longestPauseMs = 2_000;

/**
 * The first restart is at once, later ones wait longer and longer until a task has been answered again. A
 * model whose process crashes three times while loading is given up; a SIGKILL there may be an operator's, so
 * it takes eight of them (about ten seconds), after which memory is the likelier cause.
 */
export function countRestarts(): Restarts {
  let ends = 0;
  let loads = 0;
  return {
    ended: () => (ends++ === 0 ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** (ends - 2))),
    endedLoading(signal) {
      loads++;
      if (loads < (signal === 'SIGKILL' ? 8 : 3)) return false;
      loads = 0;
      return true;
    },
    loaded: () => {
      loads = 0;
    },
    useful: () => {
      ends = 0;
    },
  };
}
