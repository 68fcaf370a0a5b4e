import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { eventually, redisBinary } from '@tessera/testkit';
import { type Cluster, startCluster } from '../../test/scenarios/cluster.ts';
import { drive, type LoadClient, loadClient, textOf } from '../serving/load.ts';
import { median, printTable } from '../statistics.ts';

/*
 * A short job in two checkouts at the same time: `npm run bench -- pair ../another-checkout`. Both stand with
 * servers of their own; they are asked in turn, a few hundred jobs each, so that whatever else the machine
 * does meets both. What counts is the ratio, this checkout over the other, round by round.
 */
const model = 'tessera/sentiment-en';
const tokens = 16;
// Odd, so that the median is a round and not the slower of two.
const rounds = Number(process.env.BENCH_ROUNDS ?? 11);
const root = resolve(import.meta.dirname, '../..');
const other = resolve(process.argv[2] ?? '');
if (!process.argv[2] || !existsSync(join(other, 'apps/gateway/dist/main.js'))) {
  console.error('Name another checkout that is set up: npm run bench -- pair ../another-checkout');
  process.exit(2);
}

interface Side {
  readonly cluster: Cluster;
  readonly client: LoadClient;
  /** Per round: median latency of one job in flight, and time per job with 32 in flight; ms. */
  readonly alone: number[];
  readonly crowded: number[];
}

const texts = Array.from({ length: 50 }, (_, seed) => textOf(tokens, seed));

async function open(checkout: string): Promise<Side> {
  const cluster = await startCluster({
    checkout,
    modelsDir: resolve(root, 'models'),
    redisBinary: redisBinary(),
    durable: true,
    environment: { MODEL_THREADS: '1', TASK_LEASE_SECONDS: '30' },
  });
  await cluster.startGateway();
  await cluster.startWorker();
  await eventually('the model', async () => (await fetch(`${cluster.url}/v1/models/${model}`)).ok);
  const client = loadClient(cluster.url, model, 48);
  await drive(client, texts, { count: 300, width: 32 });
  return { cluster, client, alone: [], crowded: [] };
}

async function measure(side: Side): Promise<void> {
  const { latencies } = await drive(side.client, texts, { count: 100, width: 1 });
  side.alone.push(median(latencies));
  const { perSecond } = await drive(side.client, texts, { count: 400, width: 32 });
  side.crowded.push(1000 / perSecond);
}

const here = await open(root);
const there = await open(other);
try {
  for (let round = 0; round < rounds; round++)
    for (const side of round % 2 === 0 ? [here, there] : [there, here]) await measure(side);
} finally {
  for (const { client, cluster } of [here, there]) {
    await client.close();
    await cluster.stop();
  }
}

const row = (name: string, of: (side: Side) => readonly number[]): (string | number)[] => {
  const ratios = of(here).map((ms, round) => ms / of(there)[round]!);
  return [
    name,
    median(of(there)),
    median(of(here)),
    median(ratios),
    Math.min(...ratios),
    Math.max(...ratios),
  ];
};
console.log(`One text of ${tokens} tokens, ${rounds} rounds; below 1 this checkout is faster\n`);
printTable(
  ['', 'other, ms', 'this, ms', 'ratio (median)', 'least', 'greatest'],
  [row('one job in flight, p50', (side) => side.alone), row('32 in flight, per job', (side) => side.crowded)],
);
