import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Clock, type Log, systemClock } from '@tessera/base';
import { startPostgres } from '@tessera/embedded';
import type { LauncherConfig } from '../config.ts';
import { type Supervised, supervise } from './supervise.ts';
import { untilTrue } from './until-true.ts';
import { watchPostgres } from './watch-postgres.ts';

/** A running Tessera: embedded Postgres (unless DATABASE_URL names one), a gateway and a worker host. */
export interface Platform {
  readonly url: string;
  stop(): Promise<void>;
}

export interface PlatformOptions {
  readonly config: LauncherConfig;
  readonly home: string;
  readonly port: number;
  readonly log: Log;
  readonly clock?: Clock;
  onRestart(name: string, reason: string): void;
}

const require = createRequire(import.meta.url);

/** Starts everything and resolves when the gateway answers; a part that dies later is started again. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { config, home, log } = options;
  const clock = options.clock ?? systemClock;
  const postgres = config.databaseUrl ? null : await startPostgres({ home, log });
  const watch =
    postgres &&
    watchPostgres({
      postgres,
      restart: () => startPostgres({ home, log }),
      clock,
      onRestart: options.onRestart,
    });
  const environment: NodeJS.ProcessEnv = {
    ...config.environment,
    DATABASE_URL: config.databaseUrl ?? postgres?.url,
    TESSERA_HOME: home,
    MODELS_DIR: config.environment.MODELS_DIR || join(config.root, 'models'),
    HOST: config.host,
    PORT: String(options.port),
    TESSERA_SUPERVISED: '1',
  };
  const keep = (name: string, entry: string): Supervised =>
    supervise({ name, args: [require.resolve(entry)], environment }, { clock, onRestart: options.onRestart });
  const services = {
    worker: keep('worker host', '@tessera/worker/main'),
    gateway: keep('gateway', '@tessera/gateway/main'),
  };
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${options.port}`;
  const stop = async (): Promise<void> => {
    // Postgres last: the worker still needs it to give back what it was doing.
    await Promise.all(Object.values(services).map((service) => service.stop(10_000)));
    await watch?.stop();
  };
  try {
    await untilUp({ url: `${url}/readyz`, worker: services.worker, clock });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

/** Waits until the gateway answers and the worker host has registered its models; what cannot start in a minute never will. */
async function untilUp({
  url,
  worker,
  clock,
}: {
  url: string;
  worker: Supervised;
  clock: Clock;
}): Promise<void> {
  let workerIsUp = false;
  void worker.ready.then(() => {
    workerIsUp = true;
  });
  const isUp = async (): Promise<boolean> => {
    const response = await fetch(url).catch(() => null);
    await response?.body?.cancel();
    return workerIsUp && (response?.ok ?? false);
  };
  if (await untilTrue(isUp, { clock, timeoutMs: 60_000 })) return;
  const who = workerIsUp ? `The gateway did not answer at ${url}` : 'The worker host did not come up';
  throw new Error(`${who} within a minute; the log above says why.`);
}
