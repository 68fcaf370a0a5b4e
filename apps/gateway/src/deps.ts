import { newIdFrom, systemClock } from '@tessera/base';
import { defaultTextLimits, type FeatureTable } from '@tessera/dialects';
import { openJobs } from '@tessera/jobs';
import { createLogger, untilOpen } from '@tessera/telemetry';
import { openAccess } from './access.ts';
import { type GatewayConfig, isLoopback } from './config.ts';
import type { GatewayDeps } from './gateway-deps.ts';
import { makeMetrics } from './http/metrics.ts';

/** What this release can do beside predicting; a feature is switched on here, and nowhere else. */
const features: FeatureTable = { explain: true, attack: true, generation: true, adapters: true };

/**
 * Builds everything a gateway needs; the only place that knows which database, queue and clock are in use.
 */
export async function makeDeps(
  config: GatewayConfig,
): Promise<GatewayDeps & { stop(): Promise<void>; beginDraining(): void; beginClosing(): void }> {
  const clock = systemClock;
  const newId = newIdFrom(clock.now);
  const log = createLogger({ name: 'gateway', ...config.log });
  const { databaseUrl, databaseConnections, redisUrl, maxResultBytes } = config;
  const open = () =>
    openJobs({ databaseUrl, redisUrl, clock, newId, log, limits: { maxResultBytes, databaseConnections } });
  const jobs = await untilOpen(open, { databaseUrl, clock, log });
  const { environmentKeys, host } = config;
  const openDoor = () => openAccess(jobs, { environmentKeys, loopback: isLoopback(host), host, clock });
  const access = await untilOpen(openDoor, { databaseUrl, clock, log }).catch(async (error: unknown) => {
    await jobs.close();
    throw error;
  });
  const draining = new AbortController();
  const closing = new AbortController();
  return {
    jobs,
    access,
    features,
    textLimits: {
      ...defaultTextLimits,
      maxTextLength: config.maxTextLength,
      maxRecords: config.maxEvaluationRecords,
    },
    maxBodyBytes: config.maxBodyBytes,
    trustedHosts: config.trustedHosts,
    maxOpenRequests: config.maxOpenRequests,
    maxEventStreams: config.maxEventStreams,
    maxModelCalls: config.maxModelCalls,
    longPollMs: config.longPollMs,
    maxWaitMs: config.maxWaitMs,
    requestsPerMinute: config.requestsPerMinute,
    clock,
    newId,
    log,
    metrics: makeMetrics(() => jobs.counts()),
    draining: draining.signal,
    beginDraining: () => draining.abort(),
    closing: closing.signal,
    beginClosing: () => closing.abort(),
    async stop() {
      access.close();
      await jobs.close();
    },
  };
}
