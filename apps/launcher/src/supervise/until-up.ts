import type { Clock } from '@tessera/base';
import type { Supervised } from './supervise.ts';
import { untilTrue } from './until-true.ts';

/** A service on its way up. */
export interface Rising {
  readonly name: string;
  readonly service: Supervised;
  /** Whether it can be used. */
  isUp(): Promise<boolean>;
}

/**
 * A service whose process has ended so often before it was ever up says on its way out why it cannot start.
 */
const endsUntilGivenUp = 3;
const stillWaitingEveryMs = 15_000;

/**
 * Waits until every service is up, for as long as their processes live: a first start that reads models from
 * a slow disk, or a database that has no connection left, is no failure. Throws when a process keeps ending.
 */
export async function untilUp(
  rising: readonly Rising[],
  options: {
    readonly clock: Clock;
    readonly interrupted: Promise<void>;
    onStep(step: string): void;
  },
): Promise<'up' | 'interrupted'> {
  const { clock } = options;
  const startMs = clock.monotonicMs();
  const seconds = (): string => `${((clock.monotonicMs() - startMs) / 1000).toFixed(1)} s`;
  const missing = new Set(rising);
  let isInterrupted = false;
  void options.interrupted.then(() => {
    isInterrupted = true;
  });
  const look = async (): Promise<boolean> => {
    for (const one of missing) {
      if (one.service.ends >= endsUntilGivenUp)
        throw new Error(
          `The ${one.name} ended ${one.service.ends} times while starting; its words above say why.`,
        );
      if (!(await one.isUp())) continue;
      missing.delete(one);
      options.onStep(`${one.name} is up after ${seconds()}`);
    }
    return missing.size === 0 || isInterrupted;
  };
  while (!(await untilTrue(look, { clock, timeoutMs: stillWaitingEveryMs }))) {
    const names = [...missing].map((one) => one.name).join(' and ');
    options.onStep(`still waiting for ${names} after ${seconds()} (running, not ready)`);
  }
  return missing.size === 0 ? 'up' : 'interrupted';
}
