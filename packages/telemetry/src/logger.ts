import type { Log } from '@tessera/base';
import { pino } from 'pino';
import pretty from 'pino-pretty';

export interface LoggerConfig {
  /** Which process speaks: gateway, worker, model. */
  readonly name: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** `json` for machines, `pretty` for a person's terminal. */
  readonly format: 'json' | 'pretty';
}

/**
 * A pino logger; user texts, keys and tokens never belong into its fields, and the usual ones are redacted
 * anyway.
 */
export function createLogger(config: LoggerConfig): Log {
  const options = {
    name: config.name,
    level: config.level,
    redact: [
      'authorization',
      'token',
      'key',
      'password',
      'headers.authorization',
      '*.authorization',
      '*.token',
    ],
  };
  if (config.format === 'json') return pino(options);
  return pino(
    options,
    pretty({ sync: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss', singleLine: true }),
  );
}
