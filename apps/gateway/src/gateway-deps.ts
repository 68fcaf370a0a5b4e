import type { Clock, Log, NewId } from '@tessera/base';
import type { FeatureTable, TextLimits } from '@tessera/dialects';
import type { Jobs } from '@tessera/jobs';
import type { Access } from './access.ts';
import type { Metrics } from './http/metrics.ts';

/** Everything the gateway uses; built in deps.ts, and by tests. */
export interface GatewayDeps {
  readonly jobs: Jobs;
  readonly access: Access;
  readonly features: FeatureTable;
  readonly textLimits: TextLimits;
  readonly maxBodyBytes: number;
  /** Names beside this machine's that requests without a key may come from. */
  readonly trustedHosts: ReadonlySet<string>;
  /** Requests, and event streams, that one caller may hold open at once. */
  readonly maxOpenRequests: number;
  readonly maxEventStreams: number;
  /** How long SQuARE's task_result holds a request open. */
  readonly longPollMs: number;
  /** The longest `Prefer: wait=N` that is granted. */
  readonly maxWaitMs: number;
  /** Model calls that an explanation or attack of a caller may take; null for no limit. */
  readonly maxModelCalls: number | null;
  /** For callers whose key has no limit of its own; null for none. */
  readonly requestsPerMinute: number | null;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Aborts when the gateway was told to stop: it still answers, but is not ready any more. */
  readonly draining: AbortSignal;
  /** Aborts when it stops: requests that wait then answer at once. */
  readonly closing: AbortSignal;
}
