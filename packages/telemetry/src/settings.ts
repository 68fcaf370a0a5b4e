import { z } from 'zod';
import type { LoggerConfig } from './logger.ts';

/** Kinds of environment variables; each is text, and an empty one counts as left out where that is meant. */
export const positive = (fallback: number) => z.coerce.number().int().positive().default(fallback);
export const count = (fallback: number) => z.coerce.number().int().min(0).default(fallback);
export const optional = z
  .string()
  .default('')
  .transform((text) => text || null);
export const flag = z
  .enum(['0', '1', 'true', 'false', ''])
  .default('')
  .transform((text) => text === '1' || text === 'true');

/** Variables that gateway and worker both read. */
export const sharedVariables = {
  DATABASE_URL: z.string().min(1, 'is needed: postgres://user:password@host:port/database'),
  /** Connections to Postgres of this process, beside those of the queue. */
  DATABASE_POOL_SIZE: positive(10),
  REDIS_URL: optional,
  MAX_RESULT_BYTES: positive(256 * 2 ** 20),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  LOG_FORMAT: z.enum(['json', 'pretty']).default('pretty'),
};

/** What both make of them. */
export interface SharedSettings {
  readonly databaseUrl: string;
  /** Connections beside those of the queue. */
  readonly databaseConnections: number;
  readonly redisUrl: string | null;
  readonly maxResultBytes: number;
  readonly log: Pick<LoggerConfig, 'level' | 'format'>;
}

/** The shared part of a configuration. */
export function sharedSettings(e: z.output<z.ZodObject<typeof sharedVariables>>): SharedSettings {
  return {
    databaseUrl: e.DATABASE_URL,
    databaseConnections: e.DATABASE_POOL_SIZE,
    redisUrl: e.REDIS_URL,
    maxResultBytes: e.MAX_RESULT_BYTES,
    log: { level: e.LOG_LEVEL, format: e.LOG_FORMAT },
  };
}

/** Reads an environment once. Throws an Error of one line per wrong value, each naming its variable. */
export function readEnvironment<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv): z.output<S> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
}
