import { type Clock, sleep } from '@tessera/base';

/** Asks `isTrue` every tenth of a second until it says yes; false when it has not within `timeoutMs`. */
export async function untilTrue(
  isTrue: () => Promise<boolean>,
  { clock, timeoutMs }: { readonly clock: Clock; readonly timeoutMs: number },
): Promise<boolean> {
  const deadlineMs = clock.monotonicMs() + timeoutMs;
  while (!(await isTrue())) {
    if (clock.monotonicMs() > deadlineMs) return false;
    await sleep(clock, 100);
  }
  return true;
}
