import { newIdFrom, silentLog, systemClock } from '@tessera/base';
import type { ModelEntry } from '@tessera/contracts';
import { defaultTextLimits } from '@tessera/dialects';
import { type Consumer, type Jobs, openJobs, type RunEnd } from '@tessera/jobs';
import { openAccess } from '../access.ts';
import { createApp } from '../app.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { makeMetrics } from '../http/metrics.ts';
import { listen } from '../listen.ts';

export interface TestGateway {
  readonly url: string;
  readonly jobs: Jobs;
  /** A model of the catalogue. */
  addModel(model: Partial<ModelEntry> & { readonly identifier: string }): Promise<ModelEntry>;
  /** A worker of one model: runs its tasks by `run` until the gateway stops. */
  work(identifier: string, run: Parameters<Jobs['consume']>[2]): Promise<Consumer>;
  /** A host says that it lives: for fifteen seconds a task sent now would end. */
  beat(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestGatewayOptions {
  readonly databaseUrl: string;
  readonly deps?: Partial<GatewayDeps>;
  readonly environmentKeys?: string;
  readonly loopback?: boolean;
}

/** A real gateway on a free port over a real database; what a worker would do is said by the test. */
export async function startTestGateway(options: TestGatewayOptions): Promise<TestGateway> {
  const clock = systemClock;
  const jobs = await openJobs({
    databaseUrl: options.databaseUrl,
    redisUrl: null,
    clock,
    newId: newIdFrom(clock.now),
    log: silentLog,
  });
  const access = await openAccess(jobs, {
    environmentKeys: options.environmentKeys ?? '',
    loopback: options.loopback ?? true,
    host: options.loopback === false ? '0.0.0.0' : '127.0.0.1',
    clock,
  }).catch(async (error: unknown) => {
    await jobs.close();
    throw error;
  });
  const draining = new AbortController();
  const closing = new AbortController();
  const app = createApp({
    jobs,
    access,
    features: { explain: false, attack: false, generation: true, adapters: false },
    textLimits: defaultTextLimits,
    maxBodyBytes: 16 * 2 ** 20,
    longPollMs: 10_000,
    maxWaitMs: 10_000,
    requestsPerMinute: null,
    clock,
    newId: newIdFrom(clock.now),
    log: silentLog,
    metrics: makeMetrics(() => jobs.counts()),
    trustedHosts: new Set(),
    maxOpenRequests: 1_000,
    maxEventStreams: 100,
    maxModelCalls: null,
    draining: draining.signal,
    closing: closing.signal,
    ...options.deps,
  });
  const listening = await listen(app, { host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${listening.port}`,
    jobs,
    addModel: (model) =>
      jobs.catalogue.create({
        source: { kind: 'folder', path: `/models/${model.identifier}` },
        modelType: 'onnx',
        modelName: model.identifier,
        modelClass: 'from_config',
        ...model,
      }),
    work: (identifier, run) => jobs.consume(identifier, { host: 'test', concurrency: 4 }, run),
    beat: () =>
      jobs.hosts.beat({ host: 'test', hostname: 'test', pid: 1, models: [], memoryBytes: 1, gpus: [] }),
    async stop() {
      closing.abort();
      await listening.close();
      access.close();
      await jobs.close();
    },
  };
}

/** How a task ends well in a test. */
export function succeeded(
  fields: Extract<RunEnd, { kind: 'succeeded' }>['result']['fields'] = {},
  tensors: Extract<RunEnd, { kind: 'succeeded' }>['result']['tensors'] = {},
): RunEnd {
  return { kind: 'succeeded', result: { fields, tensors, warnings: [] }, timings: { computeMs: 1 } };
}
