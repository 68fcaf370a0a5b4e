import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the launcher reads from the environment; everything else is passed on to the processes it starts. */
export interface LauncherConfig {
  /** The checkout. */
  readonly root: string;
  /** Data, caches and sockets. */
  readonly home: string;
  /** Port asked for; null when none was. */
  readonly port: number | null;
  readonly host: string;
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly cores: number;
  readonly environment: NodeJS.ProcessEnv;
}

export function readConfig(environment: NodeJS.ProcessEnv): LauncherConfig {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
  return {
    root,
    home: resolve(environment.TESSERA_HOME || join(root, '.tessera')),
    port: readPort(environment.PORT),
    host: environment.HOST || '127.0.0.1',
    databaseUrl: environment.DATABASE_URL || null,
    redisUrl: environment.REDIS_URL || null,
    cores: availableParallelism(),
    environment,
  };
}

function readPort(text: string | undefined): number | null {
  if (!text) return null;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`PORT: "${text}" is not a port; give a number from 0 to 65535.`);
  return port;
}
