import { availableParallelism, hostname, totalmem } from 'node:os';
import { resolve } from 'node:path';
import {
  flag,
  optional,
  positive,
  readEnvironment,
  type SharedSettings,
  sharedSettings,
  sharedVariables,
} from '@tessera/telemetry';
import { z } from 'zod';

const environment = z.object({
  ...sharedVariables,
  TESSERA_HOME: z.string().default('.tessera'),
  /** Every folder below with a config.json is registered as a model at start. */
  MODELS_DIR: z.string().default('models'),
  HF_ENDPOINT: optional,
  HF_TOKEN: optional,
  /** Stable name of this host; leases of a dead predecessor with the same name end at once. */
  WORKER_NAME: z.string().default(`${hostname()}-worker`),
  MODEL_THREADS: positive(availableParallelism()),
  MODEL_IDLE_SECONDS: positive(900),
  MODEL_MEMORY_LIMIT_MB: positive(Math.floor((totalmem() * 0.6) / 2 ** 20)),
  TASK_TIMEOUT_SECONDS: positive(600),
  TASK_LEASE_SECONDS: positive(15),
  /** Memory that the key-value caches of one model's running texts may take. */
  GENERATION_CACHE_BYTES: positive(512 * 2 ** 20),
  REQUIRE_GPU: flag,
  /** Where /livez, /readyz and /metrics are served; empty for nowhere, 0 for a free port. */
  WORKER_PORT: z
    .string()
    .default('')
    .transform((text) => (text === '' ? null : Number(text)))
    .pipe(z.number('is not a port; give a number from 0 to 65535').int().min(0).max(65_535).nullable()),
  WORKER_ADDRESS: z.string().min(1).default('127.0.0.1'),
  /** The process ends when the database has not heard from it for so long; 0 for never. */
  WORKER_WATCHDOG_SECONDS: z.coerce.number().int().min(0).default(300),
});

export interface WorkerConfig extends SharedSettings {
  readonly home: string;
  readonly modelsDir: string;
  readonly hub: { readonly endpoint: string | null; readonly token: string | null };
  readonly name: string;
  readonly threads: number;
  readonly modelIdleMs: number;
  readonly memoryLimitBytes: number;
  readonly taskTimeoutMs: number;
  readonly leaseMs: number;
  readonly generationCacheBytes: number;
  readonly requireGpu: boolean;
  /** Null serves no health pages. */
  readonly health: { readonly port: number; readonly address: string } | null;
  /** Null for no watchdog. */
  readonly watchdogMs: number | null;
}

/** Reads the worker's environment once; a wrong value ends with one line that names the variable. */
export function readConfig(env: NodeJS.ProcessEnv): WorkerConfig {
  const e = readEnvironment(environment, env);
  return {
    ...sharedSettings(e),
    home: resolve(e.TESSERA_HOME),
    modelsDir: resolve(e.MODELS_DIR),
    hub: { endpoint: e.HF_ENDPOINT, token: e.HF_TOKEN },
    name: e.WORKER_NAME,
    threads: e.MODEL_THREADS,
    modelIdleMs: e.MODEL_IDLE_SECONDS * 1000,
    memoryLimitBytes: e.MODEL_MEMORY_LIMIT_MB * 2 ** 20,
    taskTimeoutMs: e.TASK_TIMEOUT_SECONDS * 1000,
    leaseMs: e.TASK_LEASE_SECONDS * 1000,
    generationCacheBytes: e.GENERATION_CACHE_BYTES,
    requireGpu: e.REQUIRE_GPU,
    health: e.WORKER_PORT === null ? null : { port: e.WORKER_PORT, address: e.WORKER_ADDRESS },
    watchdogMs: e.WORKER_WATCHDOG_SECONDS === 0 ? null : e.WORKER_WATCHDOG_SECONDS * 1000,
  };
}
