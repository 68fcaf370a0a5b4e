import { availableParallelism, hostname, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';

const flag = z
  .enum(['0', '1', 'true', 'false', ''])
  .default('')
  .transform((text) => text === '1' || text === 'true');
const positive = (fallback: number) => z.coerce.number().int().positive().default(fallback);
const optional = z
  .string()
  .default('')
  .transform((text) => text || null);

const environment = z.object({
  DATABASE_URL: z.string().min(1, 'is needed: postgres://user:password@host:port/database'),
  /** Connections to Postgres of this process, beside those of the queue. */
  DATABASE_POOL_SIZE: positive(10),
  REDIS_URL: optional,
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
  MAX_RESULT_BYTES: positive(256 * 2 ** 20),
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
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  LOG_FORMAT: z.enum(['json', 'pretty']).default('pretty'),
});

export interface WorkerConfig {
  readonly databaseUrl: string;
  /** Connections beside those of the queue. */
  readonly databaseConnections: number;
  readonly redisUrl: string | null;
  readonly home: string;
  readonly modelsDir: string;
  readonly hub: { readonly endpoint: string | null; readonly token: string | null };
  readonly name: string;
  readonly threads: number;
  readonly modelIdleMs: number;
  readonly memoryLimitBytes: number;
  readonly taskTimeoutMs: number;
  readonly leaseMs: number;
  readonly maxResultBytes: number;
  readonly generationCacheBytes: number;
  readonly requireGpu: boolean;
  /** Null serves no health pages. */
  readonly health: { readonly port: number; readonly address: string } | null;
  /** Null for no watchdog. */
  readonly watchdogMs: number | null;
  readonly log: {
    readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
    readonly format: 'json' | 'pretty';
  };
}

/** Reads the worker's environment once; a wrong value ends with one line that names the variable. */
export function readConfig(env: NodeJS.ProcessEnv): WorkerConfig {
  const parsed = environment.safeParse(env);
  if (!parsed.success)
    throw new Error(
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'),
    );
  const e = parsed.data;
  return {
    databaseUrl: e.DATABASE_URL,
    databaseConnections: e.DATABASE_POOL_SIZE,
    redisUrl: e.REDIS_URL,
    home: resolve(e.TESSERA_HOME),
    modelsDir: resolve(e.MODELS_DIR),
    hub: { endpoint: e.HF_ENDPOINT, token: e.HF_TOKEN },
    name: e.WORKER_NAME,
    threads: e.MODEL_THREADS,
    modelIdleMs: e.MODEL_IDLE_SECONDS * 1000,
    memoryLimitBytes: e.MODEL_MEMORY_LIMIT_MB * 2 ** 20,
    taskTimeoutMs: e.TASK_TIMEOUT_SECONDS * 1000,
    leaseMs: e.TASK_LEASE_SECONDS * 1000,
    maxResultBytes: e.MAX_RESULT_BYTES,
    generationCacheBytes: e.GENERATION_CACHE_BYTES,
    requireGpu: e.REQUIRE_GPU,
    health: e.WORKER_PORT === null ? null : { port: e.WORKER_PORT, address: e.WORKER_ADDRESS },
    watchdogMs: e.WORKER_WATCHDOG_SECONDS === 0 ? null : e.WORKER_WATCHDOG_SECONDS * 1000,
    log: { level: e.LOG_LEVEL, format: e.LOG_FORMAT },
  };
}
