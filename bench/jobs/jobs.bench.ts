import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newIdFrom, silentLog, systemClock } from '@tessera/base';
import { type JobRequest, jobPayload } from '@tessera/contracts';
import { startPostgres } from '@tessera/embedded';
import { type Jobs, openJobs } from '@tessera/jobs';
import { redisBinary, startTestRedis } from '@tessera/testkit';
import { printTable, quantile } from '../statistics.ts';

/*
 * The durable core alone: no HTTP and no model, the handler answers at once. Postgres as it runs in
 * production (fsync and synchronous_commit on). What a job costs here is what Tessera adds to the model's own
 * time.
 */
const model = 'bench/model';
const width = 64;
const jobsInFlight = 4_000;
const deep = 10_000;

const request: JobRequest = {
  model,
  kind: 'predict',
  payload: jobPayload.parse({ task: 'embedding', input: ['A warm, funny film.'] }),
  priority: 0,
  idempotencyKey: null,
  caller: 'local',
  timeToLiveMs: null,
};

async function inLanes(count: number, once: () => Promise<unknown>): Promise<number> {
  let left = count;
  const startMs = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (left-- > 0) await once();
    }),
  );
  return count / ((performance.now() - startMs) / 1000);
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}

async function measure(jobs: Jobs): Promise<readonly number[]> {
  const accepted: string[] = [];
  const submit = async (): Promise<string> => (await jobs.submit(request)).taskId;
  const roundTrip = async (): Promise<unknown> => jobs.wait(await submit(), { timeoutMs: 60_000 });

  const perSecondAccepted = await inLanes(deep, async () => accepted.push(await submit()));
  const positionMs = await timed(() => jobs.read(accepted.at(-1)!));
  const reconcileMs = await timed(() => jobs.reconcileOnce());
  const drainStartMs = performance.now();
  await jobs.consume(model, { host: 'bench', concurrency: width }, async ({ payload }) => ({
    kind: 'succeeded',
    result: { fields: { echo: payload.input.map(String) }, tensors: {}, warnings: [] },
    timings: {},
  }));
  await Promise.all(accepted.map((taskId) => jobs.wait(taskId, { timeoutMs: 120_000 })));
  const perSecondDrained = deep / ((performance.now() - drainStartMs) / 1000);
  const perSecondRoundTrips = await inLanes(jobsInFlight, roundTrip);
  const alone: number[] = [];
  for (let i = 0; i < 300; i++) alone.push(await timed(roundTrip));
  return [
    Math.round(perSecondAccepted),
    Math.round(perSecondDrained),
    Math.round(perSecondRoundTrips),
    quantile(alone, 0.5),
    quantile(alone, 0.95),
    positionMs,
    reconcileMs,
  ];
}

const rows: (string | number)[][] = [];
for (const backend of ['redis', 'postgres'] as const) {
  const binary = backend === 'redis' ? redisBinary() : null;
  if (backend === 'redis' && binary === null) continue;
  const home = mkdtempSync(join(tmpdir(), 'tessera-bench-'));
  chmodSync(home, 0o711);
  const postgres = await startPostgres({ home, log: silentLog });
  const redis = binary === null ? null : await startTestRedis(binary);
  const jobs = await openJobs({
    databaseUrl: postgres.url,
    redisUrl: redis?.url ?? null,
    clock: systemClock,
    newId: newIdFrom(systemClock.now),
    log: silentLog,
    // Without grace the sweep really compares every row with the queue.
    limits: { enqueueGraceMs: 0 },
  });
  try {
    await jobs.catalogue.create({
      identifier: model,
      source: { kind: 'folder', path: '/nowhere' },
      modelType: 'onnx',
      modelName: model,
      modelClass: 'base',
    });
    rows.push([backend, ...(await measure(jobs))]);
  } finally {
    await jobs.close();
    await redis?.stop();
    await postgres.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
printTable(
  [
    'queue in',
    `accepted/s, ${width} callers`,
    `drained/s from ${deep}`,
    `round trips/s, ${width} in flight`,
    '1 in flight, p50 ms',
    'p95 ms',
    `position among ${deep}, ms`,
    `reconcile ${deep}, ms`,
  ],
  rows,
);
