import { newIdFrom, systemClock } from '@tessera/base';
import { type Jobs, openJobs } from '@tessera/jobs';
import { createLogger } from '@tessera/telemetry';
import type { WorkerConfig } from './config.ts';
import { findGpus } from './host/gpus.ts';
import type { HostDeps } from './host/host-deps.ts';
import { spawnModelChild } from './host/model-child.ts';

/** What a worker host needs that can be had without the network. */
export type LocalDeps = Pick<HostDeps, 'config' | 'clock' | 'log' | 'spawn' | 'gpus'>;

/**
 * Builds what a worker host needs; with `connect` the only place that knows which database, queue and clock
 * are in use.
 */
export function makeDeps(config: WorkerConfig): LocalDeps {
  const log = createLogger({ name: 'worker', ...config.log });
  return { config, clock: systemClock, log, spawn: spawnModelChild, gpus: findGpus() };
}

/**
 * Nobody waits at the other end of a host's calls, and failing what was accepted would be worse than waiting.
 */
const patienceMs = 60_000;

/** Opens database and queue. Throws SERVICE_UNAVAILABLE when the database stays away for half a minute. */
export function connect({ config, clock, log }: LocalDeps): Promise<Jobs> {
  const { databaseUrl, databaseConnections, redisUrl, leaseMs, maxResultBytes } = config;
  const limits = { leaseMs, maxResultBytes, patienceMs, databaseConnections };
  return openJobs({ databaseUrl, redisUrl, clock, newId: newIdFrom(clock.now), log, limits });
}
