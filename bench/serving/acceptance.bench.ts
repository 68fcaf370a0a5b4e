import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { eventually, redisBinary } from '@tessera/testkit';
import { Pool } from 'undici';
import { startCluster } from '../../test/scenarios/cluster.ts';
import { printTable } from '../statistics.ts';

/*
 * Accepted requests per second (durable in Postgres before the answer) against a bare Express that only
 * echoes, and the time to queue 10,000. No worker takes them away meanwhile.
 */
const width = 64;

async function perSecond(url: string, path: string, count: number): Promise<number> {
  const pool = new Pool(url, { connections: width });
  let left = count;
  const startMs = performance.now();
  const lane = async (): Promise<void> => {
    while (left-- > 0) {
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json' },
        body: '{"input":["A warm, funny film."]}',
      });
      await body.dump();
      if (statusCode !== 200) throw new Error(`${path} answered ${statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  await pool.close();
  return count / ((performance.now() - startMs) / 1000);
}

const rows: (string | number)[][] = [];
const echo = fork(resolve(import.meta.dirname, '../rivals/express-echo.ts'), { execArgv: process.execArgv });
const [port] = (await once(echo, 'message')) as [number];
const echoUrl = `http://127.0.0.1:${port}`;

for (const backend of ['redis', 'postgres'] as const) {
  const binary = backend === 'redis' ? redisBinary() : null;
  if (backend === 'redis' && !binary) continue;
  const cluster = await startCluster({
    modelsDir: resolve(import.meta.dirname, '../../models'),
    redisBinary: binary,
    durable: true,
  });
  try {
    await cluster.startGateway();
    const worker = await cluster.startWorker();
    await eventually(
      'the model',
      async () => (await fetch(`${cluster.url}/v1/models/tessera/sentiment-en`)).ok,
    );
    await worker.kill();
    const path = '/api/main/tessera/sentiment-en/sequence-classification';
    await perSecond(cluster.url, path, 500);
    await perSecond(echoUrl, '/echo', 2_000);
    const bare = await perSecond(echoUrl, '/echo', 10_000);
    const ours = await perSecond(cluster.url, path, 10_000);
    rows.push([backend, bare, ours, ours / bare, 10_000 / ours]);
  } finally {
    await cluster.stop();
  }
}
echo.kill();
printTable(
  ['queue', 'Express echo, requests/s', 'Tessera accepts, requests/s', 'share', 'seconds to queue 10,000'],
  rows,
);
