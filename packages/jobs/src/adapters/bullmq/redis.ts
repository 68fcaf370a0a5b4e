import type { Log } from '@tessera/base';
import { Queue, Worker } from 'bullmq';
import { Cluster, Redis } from 'ioredis';
import type { BullBackend, JobData } from './backend.ts';

/** A connection that does not answer for so long is given up. */
const answerMs = 2_500;
/** The same for one that waits for jobs: BullMQ lets Redis hold such a question for five seconds. */
const blockMs = 8_000;

export type RedisConnection = Redis | Cluster;

/** Connects to one server, or to a cluster when `url` lists several, separated by commas. */
export function openRedis(url: string, log: Log, purpose: 'ask' | 'block' | 'listen'): RedisConnection {
  // Asking fails quickly when Redis is away, so that nothing hangs; a worker waits for it to come back.
  const enableOfflineQueue = purpose !== 'ask';
  const redisOptions = {
    maxRetriesPerRequest: purpose === 'ask' ? 1 : null,
    connectTimeout: 5_000,
    keepAlive: 10_000,
    // A connection that swallows what it is sent is destroyed, and a new one opened in its place.
    socketTimeout: purpose === 'block' ? blockMs : answerMs,
  };
  const retryStrategy = (times: number): number => Math.min(50 * 2 ** Math.min(times, 5), 1_000);
  const nodes = url.split(',').map((node) => node.trim());
  const connection =
    nodes.length === 1
      ? new Redis(nodes[0]!, { ...redisOptions, enableOfflineQueue, retryStrategy })
      : new Cluster(nodes, { redisOptions, enableOfflineQueue, clusterRetryStrategy: retryStrategy });
  connection.on('error', (error: Error) => log.debug({ reason: error.message }, 'redis connection'));
  return connection;
}

/** Resolves when the connection is usable for the first time. */
export function connected(connection: RedisConnection): Promise<void> {
  return new Promise((resolve) => {
    if (connection.status === 'ready') resolve();
    else connection.once('ready', () => resolve());
  });
}

/** BullMQ on Redis, Valkey or a cluster of them. */
export function openRedisBackend(options: {
  readonly url: string;
  readonly namespace: string;
  readonly log: Log;
}): BullBackend & { readonly asking: RedisConnection } {
  const { url, namespace, log } = options;
  const asking = openRedis(url, log, 'ask');
  let blocking: RedisConnection | null = null;
  return {
    asking,
    bulkFrom: 2,
    isUp: () => asking.status === 'ready',
    openQueue: (name) =>
      new Queue<JobData>(name, {
        connection: asking,
        prefix: namespace,
        // Nobody reads BullMQ's events (facts: QueueEvents lose some); keep their stream short.
        streams: { events: { maxLen: 100 } },
      }),
    openWorker(name, take, settings) {
      blocking ??= openRedis(url, log, 'block');
      return new Worker<JobData>(name, (job) => take(job.data.taskId), {
        ...settings,
        connection: blocking,
        prefix: namespace,
      });
    },
    async known(name, ids) {
      // Every job is one hash at prefix:queue:id.
      const pipeline = asking.pipeline();
      for (const id of ids) pipeline.exists(`${namespace}:${name}:${id}`);
      const replies = (await pipeline.exec()) ?? [];
      const failed = replies.find(([error]) => error)?.[0];
      if (failed) throw failed;
      return new Set(ids.filter((_, i) => replies[i]?.[1] === 1));
    },
    ping: () => asking.ping(),
    async close() {
      asking.disconnect();
      blocking?.disconnect();
    },
  };
}
