import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Clock, type Log, systemClock } from '@tessera/base';
import { startPostgres } from '@tessera/embedded';
import type { LauncherConfig } from '../config.ts';
import { type Supervised, supervise } from './supervise.ts';
import { untilUp } from './until-up.ts';
import { watchPostgres } from './watch-postgres.ts';

/** A running Tessera: embedded Postgres (unless DATABASE_URL names one), a gateway and a worker host. */
export interface Platform {
  readonly url: string;
  /** Services first, then the database, each in order. */
  stop(): Promise<void>;
  /** Ends everything now; the database recovers from its log at the next start. */
  endAtOnce(): void;
}

export interface PlatformOptions {
  readonly config: LauncherConfig;
  readonly home: string;
  readonly port: number;
  readonly log: Log;
  readonly clock?: Clock;
  /** Resolves when nobody wants it any more. */
  readonly interrupted: Promise<void>;
  /** Hears what is up, and for what it still waits. */
  onStep?(step: string): void;
  onRestart(name: string, reason: string): void;
}

const require = createRequire(import.meta.url);

/** Somebody asked for a stop before everything was up; what had been started is stopped. */
export class Interrupted extends Error {
  constructor() {
    super('Interrupted.');
  }
}

/**
 * Starts everything and resolves when gateway and worker host can be used; a part that dies later is started
 * again. Throws Interrupted when `interrupted` resolves first, and when a part cannot start; nothing is left
 * running then.
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { config, home, log, interrupted, onStep = () => undefined } = options;
  const clock = options.clock ?? systemClock;
  const postgres = config.databaseUrl ? null : await startPostgres({ home, log });
  if (postgres) onStep(`Postgres is up on port ${postgres.port}`);
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
    // Nobody shares requests out among the gateways of one machine, so nobody has to notice first.
    DRAIN_SECONDS: config.environment.DRAIN_SECONDS ?? '0',
    ORT_DISABLE_TELEMETRY: '1',
  };
  const keep = (name: string, entry: string): Supervised =>
    supervise({ name, args: [require.resolve(entry)], environment }, { clock, onRestart: options.onRestart });
  const worker = keep('worker host', '@tessera/worker/main');
  const gateway = keep('gateway', '@tessera/gateway/main');
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${options.port}`;
  const stop = async (): Promise<void> => {
    // Postgres last: the worker still needs it to give back what it was doing.
    await Promise.all([worker, gateway].map((service) => service.stop(10_000)));
    await watch?.stop();
  };
  const endAtOnce = (): void => {
    for (const service of [worker, gateway]) service.kill();
    watch?.endAtOnce();
  };
  let workerIsUp = false;
  void worker.ready.then(() => {
    workerIsUp = true;
  });
  const rising = [
    { name: 'gateway', service: gateway, isUp: () => answers(`${url}/readyz`) },
    { name: 'worker host', service: worker, isUp: () => Promise.resolve(workerIsUp) },
  ];
  try {
    if ((await untilUp(rising, { clock, interrupted, onStep })) === 'interrupted') throw new Interrupted();
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop, endAtOnce };
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
  await response?.body?.cancel();
  return response?.ok ?? false;
}
