/**
 * Which tasks may have killed their model process, and how to find out.
 *
 * A crash makes the members of the running batch suspects. They run again before anything else, and alone:
 * first in halves, a half that crashes is halved again, until one task is alone. A task that takes the
 * process with it `poisonousAfter` times while nobody else ran is poisonous; fewer times may be bad luck. A
 * SIGKILL needs more proof than a crash: it is the kernel's when memory ran out, but an operator's just as
 * well.
 */
export interface Quarantine<T> {
  /** Tasks that run next, with nothing else in the process; null when normal work may go on. */
  next(): readonly T[] | null;
  /** The process died while `suspects` ran; returns those that are now known to be poisonous. */
  crashed(suspects: readonly T[], signal: string): readonly T[];
  /** `task` ended in some other way (done, failed, cancelled) and is no suspect any more. */
  cleared(task: T): void;
  readonly size: number;
}

export const poisonousAfter = (signal: string): number => (signal === 'SIGKILL' ? 5 : 3);

export function createQuarantine<T>(): Quarantine<T> {
  let groups: (readonly T[])[] = [];
  const crashesAlone = new Map<T, number>();
  const without = (task: T): void => {
    groups = groups
      .map((group) => group.filter((member) => member !== task))
      .filter((group) => group.length > 0);
  };
  return {
    next: () => groups[0] ?? null,
    crashed(suspects, signal) {
      for (const task of suspects) without(task);
      const [only] = suspects;
      if (only === undefined) return [];
      if (suspects.length > 1) {
        const middle = Math.ceil(suspects.length / 2);
        groups.unshift(suspects.slice(0, middle), suspects.slice(middle));
        return [];
      }
      const crashes = (crashesAlone.get(only) ?? 0) + 1;
      crashesAlone.set(only, crashes);
      if (crashes >= poisonousAfter(signal)) {
        crashesAlone.delete(only);
        return [only];
      }
      groups.unshift([only]);
      return [];
    },
    cleared(task) {
      without(task);
      crashesAlone.delete(task);
    },
    get size() {
      return groups.reduce((sum, group) => sum + group.length, 0);
    },
  };
}
