import { AppError, type Clock, type Log } from '@tessera/base';

/** A start that takes longer than this says for what it waits. */
const sayAfterMs = 1_500;

/**
 * Opens something that stands on the database, for as long as the database cannot be used: away, starting, or
 * without a free connection. It says so once at once and then with the reason of each try; every other
 * failure is thrown.
 */
export async function untilOpen<T>(
  open: () => Promise<T>,
  { databaseUrl, clock, log }: { readonly databaseUrl: string; readonly clock: Clock; readonly log: Log },
): Promise<T> {
  const database = addressOf(databaseUrl);
  for (;;) {
    const stopTelling = clock.after(sayAfterMs, () =>
      log.warn(
        { database },
        'waiting for the database: away, without a free connection, or being brought up to date',
      ),
    );
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'SERVICE_UNAVAILABLE') throw error;
      const reason = error.cause instanceof Error ? error.cause.message : error.message;
      log.warn({ database, reason }, 'the database cannot be used yet; waiting goes on');
    } finally {
      stopTelling();
    }
  }
}

/** Host and port of a connection string, and nothing secret. */
function addressOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'DATABASE_URL';
}
