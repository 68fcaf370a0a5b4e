import { AppError, type Clock, type Log, sleep } from '@tessera/base';

/** SQLSTATE classes that pass: connection lost (08), shutting or starting up (57P0x), deadlock and serialization (40). */
const passingStates = /^(08...|57P0[1-5]|40001|40P01|53300)$/;
const passingSystemErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'EHOSTUNREACH',
]);
const passingTexts =
  /Connection terminated|connection timeout|timeout exceeded when trying to connect|Client has encountered a connection error/i;

/** True for failures that say nothing about the statement: the database is away for a moment. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && (passingStates.test(code) || passingSystemErrors.has(code))) return true;
  return passingTexts.test(error.message);
}

/**
 * Repeats `run` while the database is away, for at most `patienceMs`, then throws SERVICE_UNAVAILABLE. Only for statements
 * that may run twice: a lost connection leaves open whether the first one was committed.
 */
export async function whileAway<T>(
  run: () => Promise<T>,
  options: { readonly clock: Clock; readonly log: Log; readonly patienceMs: number; readonly part?: string },
): Promise<T> {
  const { clock, log, patienceMs, part = 'database' } = options;
  const endMs = clock.monotonicMs() + patienceMs;
  for (let delayMs = 20; ; delayMs = Math.min(delayMs * 2, 500)) {
    try {
      return await run();
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (clock.monotonicMs() + delayMs > endMs)
        throw new AppError('SERVICE_UNAVAILABLE', { detail: { part }, cause: error });
      log.debug({ delayMs, reason: (error as Error).message }, `the ${part} is away; trying again`);
      await sleep(clock, delayMs);
    }
  }
}
