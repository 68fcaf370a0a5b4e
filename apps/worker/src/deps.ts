import { newIdFrom, systemClock } from '@tessera/base';
import { openJobs } from '@tessera/jobs';
import { createLogger } from '@tessera/telemetry';
import type { WorkerConfig } from './config.ts';
import { findGpus } from './host/gpus.ts';
import type { HostDeps } from './host/host.ts';
import { spawnModelChild } from './host/model-child.ts';

/** Builds everything a worker host needs; the only place that knows which database, queue and clock are in use. */
export async function makeDeps(config: WorkerConfig): Promise<HostDeps> {
  const clock = systemClock;
  const log = createLogger({ name: 'worker', ...config.log });
  const jobs = await openJobs({
    databaseUrl: config.databaseUrl,
    redisUrl: config.redisUrl,
    clock,
    newId: newIdFrom(clock.now),
    log,
    limits: { leaseMs: config.leaseMs, maxResultBytes: config.maxResultBytes },
  });
  return { config, clock, log, jobs, spawn: spawnModelChild, gpus: findGpus() };
}
