import type { Clock } from '@tessera/base';
import type { EmbeddedPostgres } from '@tessera/embedded';

const tryAgainMs = 1_000;

/** Starts the embedded Postgres again, on its old port and data, whenever it has ended. */
export function watchPostgres(options: {
  readonly postgres: EmbeddedPostgres;
  restart(): Promise<EmbeddedPostgres>;
  readonly clock: Clock;
  onRestart(name: string, reason: string): void;
}): { stop(): Promise<void>; endAtOnce(): void } {
  let current = options.postgres;
  let stopped = false;
  let starting: Promise<void> = Promise.resolve();
  let cancelTimer = (): void => undefined;

  const watch = (): void => {
    void current.ended.then(() => {
      if (stopped) return;
      options.onRestart('Postgres', 'its process is gone');
      starting = start();
    });
  };
  const start = async (): Promise<void> => {
    if (stopped) return;
    try {
      current = await options.restart();
      watch();
    } catch (error) {
      options.onRestart('Postgres', error instanceof Error ? error.message : String(error));
      cancelTimer = options.clock.after(tryAgainMs, () => {
        starting = start();
      });
    }
  };
  watch();

  return {
    endAtOnce() {
      stopped = true;
      cancelTimer();
      current.endAtOnce();
    },
    async stop() {
      stopped = true;
      cancelTimer();
      await starting;
      await current.stop();
    },
  };
}
