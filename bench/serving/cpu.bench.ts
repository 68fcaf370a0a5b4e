import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { eventually, redisBinary } from '@tessera/testkit';
import { childrenOf, startCluster } from '../../test/scenarios/cluster.ts';
import { median, printTable } from '../statistics.ts';
import { drive, loadClient, textOf } from './load.ts';

/*
 * Where the time goes: processor time per job by process, and the stages of one job in flight. Processor time
 * hardly depends on who else uses the machine, so it can be compared between versions when throughput cannot.
 * Linux only (/proc).
 */
const model = 'tessera/sentiment-en';
const tokens = Number(process.env.BENCH_TOKENS ?? 16);
const jobs = Number(process.env.BENCH_JOBS ?? 2_000);
const ticksPerSecond = 100;

/** Processor milliseconds a process has used, itself and the children it has waited for. */
function cpuMs(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
  } catch {
    return 0;
  }
}

/** The pid of the redis-server that listens on the port of `url`. */
function redisPid(url: string): number | null {
  const { port } = new URL(url);
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const isIt = (pid: string): boolean => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return command.includes('redis-server') && command.includes(`:${port}`);
    } catch {
      return false;
    }
  };
  return Number(pids.find(isIt) ?? 0) || null;
}

const rows: (string | number)[][] = [];
const stages: (string | number)[][] = [];
for (const backend of ['redis', 'postgres'] as const) {
  const binary = backend === 'redis' ? redisBinary() : null;
  if (backend === 'redis' && !binary) continue;
  const cluster = await startCluster({
    modelsDir: resolve(import.meta.dirname, '../../models'),
    redisBinary: binary,
    durable: true,
    environment: { MODEL_THREADS: '2', TASK_LEASE_SECONDS: '15' },
  });
  try {
    const gateway = await cluster.startGateway();
    const worker = await cluster.startWorker();
    await eventually('the model', async () => (await fetch(`${cluster.url}/v1/models/${model}`)).ok);
    const client = loadClient(cluster.url, model, 96);
    await client.finish(await client.submit('warm up'));
    const texts = Array.from({ length: 50 }, (_, seed) => textOf(tokens, seed));
    await drive(client, texts, { count: 600, width: 64 });
    const [child] = childrenOf(worker.pid);
    const redis = cluster.redis && redisPid(cluster.redis.url);
    const read = (): number[] => [
      cpuMs(gateway.pid),
      cpuMs(worker.pid),
      cpuMs(child!),
      [cluster.postgres.pid, ...childrenOf(cluster.postgres.pid)].reduce((sum, pid) => sum + cpuMs(pid), 0),
      redis ? cpuMs(redis) : 0,
      process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000,
    ];
    const before = read();
    const { perSecond } = await drive(client, texts, { count: jobs, width: 64 });
    const perJob = read().map((ms, i) => (ms - before[i]!) / jobs);
    rows.push([backend, tokens, ...perJob, perJob.reduce((a, b) => a + b, 0), perSecond]);

    const samples: Record<string, number[]> = {};
    for (let i = 0; i < 100; i++) {
      const sentMs = performance.now();
      const id = await client.submit(texts[i % 50]!);
      const acceptedMs = performance.now();
      await client.finish(id);
      const wholeMs = performance.now() - sentMs;
      const view = (await (await fetch(`${cluster.url}/v1/tasks/${id}`)).json()) as {
        timings: Record<string, number>;
      };
      const { queuedMs = 0, tokenizeMs = 0, batchWaitMs = 0, computeMs = 0 } = view.timings;
      const parts = {
        accept: acceptedMs - sentMs,
        queued: queuedMs,
        tokenize: tokenizeMs,
        batchWait: batchWaitMs,
        compute: computeMs,
        whole: wholeMs,
        overhead: wholeMs - computeMs,
      };
      for (const [name, ms] of Object.entries(parts)) (samples[name] ??= []).push(ms);
    }
    stages.push([
      backend,
      ...['accept', 'queued', 'tokenize', 'batchWait', 'compute', 'whole', 'overhead'].map((name) =>
        median(samples[name]!),
      ),
    ]);
    await client.close();
  } finally {
    await cluster.stop();
  }
}
console.log('Processor time per job at saturation, ms:\n');
printTable(
  [
    'queue',
    'tokens',
    'gateway',
    'host',
    'model process',
    'Postgres',
    'Redis',
    'this client',
    'sum',
    'jobs/s',
  ],
  rows,
);
console.log('\nStages of one job in flight, p50 ms:\n');
printTable(
  [
    'queue',
    'accepted',
    'queued until claimed',
    'tokenize',
    'wait for batch',
    'compute',
    'whole',
    'all but compute',
  ],
  stages,
);
