import { AppError, type Clock, type Log, sleep, within } from '@tessera/base';
import type { Contact } from './contact.ts';
import { hasNoEffect, isPassing } from './passing.ts';

/**
 * What may be tried again. `again`: a second run finds or changes nothing new, so a lost answer does no harm.
 * `once`: only after a failure that is certain to have left no trace.
 */
export type Repeat = 'again' | 'once';

/** Waits out a database that is away: the one rule by which everything that talks to Postgres waits. */
export interface Patience {
  /**
   * Repeats `run` while it fails for passing reasons, for as long as the patience lasts; then throws
   * SERVICE_UNAVAILABLE. A run that hangs is given up at the same time; its connection has a limit of its
   * own.
   */
  outwait<T>(run: () => Promise<T>, repeat: Repeat): Promise<T>;
  /** From now on nothing waits longer than `ms` more: the process wants to end. */
  hurry(ms: number): void;
}

export function createPatience(options: {
  readonly clock: Clock;
  readonly log: Log;
  readonly contact: Contact;
  /** Infinity for those who would rather wait than lose what they hold. */
  readonly patienceMs: number;
}): Patience {
  const { clock, log, contact, patienceMs } = options;
  let latestMs = Number.POSITIVE_INFINITY;

  return {
    async outwait(run, repeat) {
      const beganMs = clock.monotonicMs();
      const leftMs = (): number => Math.min(beganMs + patienceMs, latestMs) - clock.monotonicMs();
      for (let delayMs = 20; ; delayMs = Math.min(delayMs * 2, 500)) {
        const triedMs = clock.monotonicMs();
        try {
          const answer = await within(clock, Math.max(1, leftMs()), run(), 'the database');
          contact.made();
          return answer;
        } catch (error) {
          if (!isPassing(error)) throw error;
          contact.missed(triedMs);
          if (leftMs() < delayMs || (repeat === 'once' && !hasNoEffect(error)))
            throw new AppError('SERVICE_UNAVAILABLE', { detail: { part: 'database' }, cause: error });
          log.debug({ delayMs, reason: (error as Error).message }, 'the database is away; trying again');
          await sleep(clock, delayMs);
        }
      }
    },
    hurry(ms) {
      latestMs = Math.min(latestMs, clock.monotonicMs() + ms);
    },
  };
}
