import type { Clock } from '@tessera/base';

/**
 * When this process was last without its database: a host that could not renew leases must not be taken for
 * dead.
 */
export interface Contact {
  /** A call that began at `sinceMs` (monotonic) found the database away. */
  missed(sinceMs: number): void;
  /** A call was answered. */
  made(): void;
  /** True while the database is away, or was for `forMs` or longer until less than `withinMs` ago. */
  wasAway(length: { readonly forMs: number; readonly withinMs: number }): boolean;
}

export function createContact(clock: Clock): Contact {
  let awaySinceMs: number | null = null;
  let lastMadeMs = Number.NEGATIVE_INFINITY;
  let absences: { readonly endMs: number; readonly lengthMs: number }[] = [];
  const keptMs = 600_000;
  return {
    missed(sinceMs) {
      // A call that hung on one connection while others were answered is no absence.
      awaySinceMs ??= Math.max(sinceMs, lastMadeMs);
    },
    made() {
      lastMadeMs = clock.monotonicMs();
      if (awaySinceMs === null) return;
      const endMs = lastMadeMs;
      absences = absences.filter((absence) => endMs - absence.endMs < keptMs);
      absences.push({ endMs, lengthMs: endMs - awaySinceMs });
      awaySinceMs = null;
    },
    wasAway({ forMs, withinMs }) {
      const nowMs = clock.monotonicMs();
      if (awaySinceMs !== null && nowMs - awaySinceMs >= forMs) return true;
      return absences.some(({ endMs, lengthMs }) => lengthMs >= forMs && nowMs - endMs < withinMs);
    },
  };
}
