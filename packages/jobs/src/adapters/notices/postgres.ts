import type { Clock, Log } from '@tessera/base';
import type { Notices } from '../../ports/notices.ts';
import { sessionOf } from '../postgres/open-pool.ts';
import { type Database, execute, sql } from '../postgres/statement.ts';
import { TimedClient, type Timing } from '../postgres/timed-client.ts';
import { openBroadcast } from './broadcast.ts';

const channelName = 'tessera_notices';
/** How often the listening connection is asked whether it still hears. */
const pulseMs = 3_000;
const notify = sql('notice-send')`select pg_notify('${channelName}', $1)`;

/** Notices by pg_notify; heard on a connection of their own that is opened again whenever it breaks. */
export function openPostgresNotices(options: {
  readonly databaseUrl: string;
  readonly database: Database;
  readonly timing: Timing;
  readonly clock: Clock;
  readonly log: Log;
}): Notices {
  const { databaseUrl, database, timing, clock, log } = options;
  return openBroadcast((arrived, reconnected) => {
    let client: TimedClient | null = null;
    let closed = false;
    let connections = 0;
    let cancelRetry = (): void => {};
    let heard = (): void => {};
    const opened = new Promise<void>((resolve) => {
      heard = resolve;
    });

    async function listen(): Promise<void> {
      const fresh = new TimedClient(sessionOf({ databaseUrl, name: 'tessera-notices', timing }));
      let broken = false;
      let cancelPulse = (): void => {};
      /** Whoever only listens cannot tell silence from peace: a small question now and then can. */
      const feelPulse = (): void => {
        cancelPulse = clock.after(pulseMs, () => void fresh.query('select 1').then(feelPulse, again));
      };
      const again = (): void => {
        if (broken || closed) return;
        broken = true;
        cancelPulse();
        fresh.end().catch(() => {});
        cancelRetry = clock.after(200, () => void listen());
      };
      fresh.on('error', again);
      fresh.on('end', again);
      fresh.on('notification', ({ payload }) => arrived(payload ?? '[]'));
      client = fresh;
      try {
        await fresh.connect();
        await fresh.query(`listen ${channelName}`);
        heard();
        feelPulse();
        if (connections++ > 0) reconnected();
      } catch (error) {
        log.debug({ reason: (error as Error).message }, 'not listening for notices; trying again');
        again();
      }
    }

    void listen();
    return {
      opened,
      // pg_notify refuses 8000 bytes and more.
      maxMessageBytes: 7_800,
      send: (message) => execute(database, notify, [message]),
      async close() {
        closed = true;
        cancelRetry();
        if (!client) return;
        client.removeAllListeners('end');
        await client.end().catch(() => {});
      },
    };
  }, log);
}
