import type { Clock, Log } from '@tessera/base';
import type { Jobs } from '@tessera/jobs';
import type { WorkerConfig } from '../config.ts';
import type { HostMetrics } from './metrics.ts';
import type { SpawnModelChild } from './model-child.ts';

/** What a worker host stands on. */
export interface HostDeps {
  readonly config: WorkerConfig;
  readonly clock: Clock;
  readonly log: Log;
  readonly jobs: Jobs;
  readonly spawn: SpawnModelChild;
  readonly metrics: HostMetrics;
  /** CUDA device numbers. */
  readonly gpus: readonly number[];
  /** The database has heard from this host. */
  readonly onBeat: () => void;
}
