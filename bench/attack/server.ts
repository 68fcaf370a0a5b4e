import { resolve } from 'node:path';
import { eventually, redisBinary } from '@tessera/testkit';
import { startCluster } from '../../test/scenarios/cluster.ts';

/**
 * Runs a bench against a whole server with the starter models: gateway, worker, Postgres and, where there is
 * one, Redis.
 */
export async function withServer(model: string, bench: (url: string) => Promise<void>): Promise<void> {
  const cluster = await startCluster({
    modelsDir: resolve(import.meta.dirname, '../../models'),
    redisBinary: redisBinary(),
    durable: true,
    environment: { MODEL_THREADS: process.env.MODEL_THREADS ?? '2', TASK_LEASE_SECONDS: '30' },
  });
  try {
    await cluster.startGateway();
    await cluster.startWorker();
    await eventually('the model', async () => (await fetch(`${cluster.url}/v1/models/${model}`)).ok);
    await bench(cluster.url);
  } finally {
    await cluster.stop();
  }
}

/** A list in parts of at most `size`. */
export function parts<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
