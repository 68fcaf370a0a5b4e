import { newIdFrom, silentLog, systemClock } from '@tessera/base';
import type { JobRequest } from '@tessera/contracts';
import { jobPayload } from '@tessera/contracts';
import {
  redisBinary,
  startTestPostgres,
  startTestRedis,
  type TestPostgres,
  type TestRedis,
} from '@tessera/testkit';
import type { JobsConfig, JobsLimits, RunEnd } from '../jobs.ts';

/** Where a suite's queue lives. */
export interface Servers {
  readonly name: 'postgres' | 'redis' | 'redis cluster';
  readonly postgres: TestPostgres;
  readonly redis: TestRedis | null;
  /** Configuration of one more process on a database of its own; `on` joins an existing one. */
  configure(limits?: Partial<JobsLimits>): Promise<JobsConfig>;
  stop(): Promise<void>;
}

/** The backends this machine can test; a missing redis-server is an error in CI and a loud note elsewhere. */
export const backends: readonly { readonly name: Servers['name']; readonly start: () => Promise<Servers> }[] =
  [{ name: 'postgres', start: () => startServers(null) }, ...redisChoices()];

/** For the queue's own suite: its keys must stay on one node of a cluster. */
export const queueBackends: typeof backends = [
  ...backends,
  ...backends
    .filter((backend) => backend.name === 'redis')
    .map(() => ({ name: 'redis cluster' as const, start: () => startServers(redisBinary(), true) })),
];

function redisChoices(): { readonly name: 'redis'; readonly start: () => Promise<Servers> }[] {
  const binary = redisBinary();
  return binary === null ? [] : [{ name: 'redis', start: () => startServers(binary) }];
}

async function startServers(redis: string | null, cluster = false): Promise<Servers> {
  const postgres = await startTestPostgres();
  const server = redis === null ? null : await startTestRedis(redis, { cluster });
  let namespaces = 0;
  return {
    name: server ? (cluster ? 'redis cluster' : 'redis') : 'postgres',
    postgres,
    redis: server,
    async configure(limits = {}) {
      return {
        databaseUrl: await postgres.newDatabase(),
        redisUrl: server?.url ?? null,
        namespace: `test${++namespaces}`,
        clock: systemClock,
        newId: newIdFrom(systemClock.now),
        log: silentLog,
        limits: { enqueueGraceMs: 0, ...limits },
      };
    },
    async stop() {
      await server?.stop();
      await postgres.stop();
    },
  };
}

export const model = 'tessera/test-model';

export function request(text: string, change: Partial<JobRequest> = {}): JobRequest {
  return {
    model,
    kind: 'predict',
    payload: jobPayload.parse({ task: 'embedding', input: [text] }),
    priority: 0,
    idempotencyKey: null,
    caller: 'local',
    timeToLiveMs: null,
    ...change,
  };
}

/** What the fake hosts of the suites answer: their input, so that a mixed-up answer shows. */
export function echo(payload: JobRequest['payload']): RunEnd {
  return {
    kind: 'succeeded',
    result: { fields: { echo: payload.input.map((text) => String(text)) }, tensors: {}, warnings: [] },
    timings: { computeMs: 1 },
  };
}

export const newModel = {
  identifier: model,
  source: { kind: 'folder', path: '/models/test' },
  modelType: 'onnx',
  modelName: model,
  modelClass: 'base',
} as const;
