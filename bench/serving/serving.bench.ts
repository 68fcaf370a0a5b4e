import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually, redisBinary } from '@tessera/testkit';
import { startCluster } from '../../test/scenarios/cluster.ts';
import { median, printTable, quantile } from '../statistics.ts';
import { drive, loadClient, textOf } from './load.ts';

/*
 * One-text jobs through the whole way (HTTP, Postgres, queue, host, model process, poll) as a share of a bare
 * onnxruntime-node loop on the same machine in the same run.
 */
const model = 'tessera/sentiment-en';
const models = resolve(import.meta.dirname, '../../models');
const seconds = Number(process.env.BENCH_SECONDS ?? 5);

function bareLoop(tokens: number, rows: number): { rowsPerSecond: number; msPerRun: number[] } {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [
      ...process.execArgv,
      resolve(import.meta.dirname, '../rivals/ort-loop.ts'),
      join(models, model, 'onnx/model.onnx'),
      String(tokens),
      String(rows),
      String(seconds),
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as { rowsPerSecond: number; msPerRun: number[] };
}

const modelsDir = mkdtempSync(join(tmpdir(), 'tessera-bench-'));
symlinkSync(join(models, 'tessera'), join(modelsDir, 'tessera'));
const rows: (string | number)[][] = [];
const latencyRows: (string | number)[][] = [];

for (const backend of ['redis', 'postgres'] as const) {
  const binary = backend === 'redis' ? redisBinary() : null;
  if (backend === 'redis' && !binary) continue;
  const cluster = await startCluster({
    modelsDir,
    redisBinary: binary,
    durable: true,
    environment: { MODEL_THREADS: '2', TASK_LEASE_SECONDS: '15' },
  });
  try {
    await cluster.startGateway();
    await cluster.startWorker();
    await eventually(
      'the model to be registered',
      async () => (await fetch(`${cluster.url}/v1/models/${model}`)).ok,
    );
    const client = loadClient(cluster.url, model, 96);
    await client.finish(await client.submit('warm up'));
    for (const tokens of [16, 128]) {
      const texts = Array.from({ length: 50 }, (_, seed) => textOf(tokens, seed));
      await drive(client, texts, { count: 200, width: 64 });
      const single = bareLoop(tokens, 1);
      const batched = bareLoop(tokens, 8);
      const bare = Math.max(single.rowsPerSecond, batched.rowsPerSecond);
      const { perSecond } = await drive(client, texts, { count: Math.round(bare * seconds), width: 64 });
      rows.push([backend, tokens, single.rowsPerSecond, batched.rowsPerSecond, perSecond, perSecond / bare]);
      const alone = await drive(client, texts, { count: 200, width: 1 });
      const bareMs = median(single.msPerRun);
      latencyRows.push([
        backend,
        tokens,
        bareMs,
        median(alone.latencies),
        quantile(alone.latencies, 0.95),
        median(alone.latencies) - bareMs,
      ]);
    }
    await client.close();
  } finally {
    await cluster.stop();
  }
}
rmSync(modelsDir, { recursive: true, force: true });
console.log('Throughput at saturation (64 jobs in flight), jobs per second:\n');
printTable(
  ['queue', 'tokens', 'bare loop, 1 row', 'bare loop, 8 rows', 'Tessera', 'share of the better loop'],
  rows,
);
console.log('\nLatency with one job in flight, ms:\n');
printTable(['queue', 'tokens', 'bare run', 'p50', 'p95', 'p50 overhead'], latencyRows);
