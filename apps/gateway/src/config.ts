import { isIP } from 'node:net';
import {
  count,
  positive,
  readEnvironment,
  type SharedSettings,
  sharedSettings,
  sharedVariables,
} from '@tessera/telemetry';
import { z } from 'zod';

const names = z
  .string()
  .default('')
  .transform((text) => new Set(text.split(',').flatMap((name) => name.trim().toLowerCase() || [])));

const environment = z.object({
  ...sharedVariables,
  HOST: z.string().min(1).default('127.0.0.1'),
  /** 0 takes a free port. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(8000),
  /** Keys that hold without a database row: `name:role:secret`, separated by commas. */
  TESSERA_API_KEYS: z.string().default(''),
  /**
   * While there are no keys: names beside this machine's that `Host` and `Origin` may have, separated by
   * commas.
   */
  TRUSTED_HOSTS: names,
  MAX_BODY_BYTES: positive(16 * 2 ** 20),
  MAX_TEXT_LENGTH: positive(1_000_000),
  MAX_EVALUATION_RECORDS: positive(10_000),
  /** How long SQuARE's task_result holds a request open. */
  LONG_POLL_SECONDS: count(25),
  /** The longest `Prefer: wait=N` that is granted. */
  MAX_WAIT_SECONDS: count(60),
  /** Requests that one caller may hold open at once. */
  MAX_OPEN_REQUESTS: positive(1_000),
  /** Event streams that one caller may hold open at once. */
  MAX_EVENT_STREAMS: positive(100),
  /**
   * Model calls that an explanation or attack of a key that is no administrator's may take; 0 for no limit.
   */
  MAX_MODEL_CALLS: count(200_000),
  /**
   * How long a gateway that was told to stop goes on answering, so that a balancer notices that it is not
   * ready.
   */
  DRAIN_SECONDS: count(5),
  /** Requests a minute of one caller, unless its key says otherwise; 0 for no limit. */
  RATE_LIMIT_PER_MINUTE: count(0),
});

export interface GatewayConfig extends SharedSettings {
  readonly host: string;
  readonly port: number;
  readonly environmentKeys: string;
  readonly trustedHosts: ReadonlySet<string>;
  readonly maxBodyBytes: number;
  readonly maxTextLength: number;
  readonly maxEvaluationRecords: number;
  readonly longPollMs: number;
  readonly maxWaitMs: number;
  readonly requestsPerMinute: number | null;
  readonly maxOpenRequests: number;
  readonly maxEventStreams: number;
  readonly maxModelCalls: number | null;
  readonly drainMs: number;
}

/** Reads the gateway's environment once; a wrong value ends with one line that names the variable. */
export function readConfig(env: NodeJS.ProcessEnv): GatewayConfig {
  const e = readEnvironment(environment, env);
  return {
    ...sharedSettings(e),
    host: e.HOST,
    port: e.PORT,
    environmentKeys: e.TESSERA_API_KEYS,
    trustedHosts: e.TRUSTED_HOSTS,
    maxBodyBytes: e.MAX_BODY_BYTES,
    maxTextLength: e.MAX_TEXT_LENGTH,
    maxEvaluationRecords: e.MAX_EVALUATION_RECORDS,
    longPollMs: e.LONG_POLL_SECONDS * 1000,
    maxWaitMs: e.MAX_WAIT_SECONDS * 1000,
    requestsPerMinute: e.RATE_LIMIT_PER_MINUTE || null,
    maxOpenRequests: e.MAX_OPEN_REQUESTS,
    maxEventStreams: e.MAX_EVENT_STREAMS,
    maxModelCalls: e.MAX_MODEL_CALLS || null,
    drainMs: e.DRAIN_SECONDS * 1000,
  };
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
