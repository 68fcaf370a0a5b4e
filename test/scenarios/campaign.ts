import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '@tessera/embedded';
import { eventually } from '@tessera/testkit';
import { startCluster } from './cluster.ts';
import type { Fault, Production } from './faults.ts';
import { type Answer, readResult, rightAnswers, type Sent, sendAll, sentences } from './workload.ts';

const model = 'bert-sequence-classification';

/** What became of the accepted tasks of one fault; all but the first two should be 0. */
export interface Tally {
  readonly fault: string;
  readonly accepted: number;
  /** Seconds from the first request to the last task's end. */
  readonly seconds: number;
  /** Acknowledged ids that nobody knows. */
  readonly lost: number;
  /** Rows without an acknowledged id, and tasks that ended more than once. */
  readonly duplicated: number;
  readonly wrong: number;
  readonly wronglyFailed: number;
  /** Not ended a minute after the fault. */
  readonly stuck: number;
}

/** Starts two gateways and two hosts behind proxies, runs `use` on them, and stops everything. */
export async function withProduction<T>(
  redisBinary: string | null,
  use: (production: Production) => Promise<T>,
): Promise<T> {
  const modelsDir = mkdtempSync(join(tmpdir(), 'tessera-models-'));
  symlinkSync(resolve(import.meta.dirname, '../fixtures/models', model), join(modelsDir, model));
  const cluster = await startCluster({ redisBinary, modelsDir, proxied: true });
  try {
    const ports = [Number(new URL(cluster.url).port), await freePort()];
    const startHost = (index: number) => cluster.startWorker(`host-${index}`);
    const production: Production = {
      cluster,
      urls: ports.map((port) => `http://127.0.0.1:${port}`),
      gateways: [await cluster.startGateway(ports[0]), await cluster.startGateway(ports[1])],
      hosts: [await startHost(0), await startHost(1)],
      async restartGateway(index) {
        production.gateways[index] = await cluster.startGateway(ports[index]);
      },
      async restartHost(index) {
        production.hosts[index] = await startHost(index);
      },
    };
    await eventually('both gateways to be ready', async () => {
      const replies = await Promise.all(
        production.urls.map((url) => fetch(`${url}/readyz`).catch(() => null)),
      );
      return replies.every((reply) => reply?.ok);
    });
    await eventually(
      'the model to be registered',
      async () => (await fetch(`${cluster.url}/v1/models/${model}`)).ok,
    );
    return await use(production);
  } finally {
    await cluster.stop();
    rmSync(modelsDir, { recursive: true, force: true });
  }
}

/**
 * Sends `tasks` through both gateways, strikes when a quarter is accepted, and counts what became of them.
 */
export async function endure(
  production: Production,
  options: { readonly fault: Fault; readonly tasks: number; readonly seed: number },
): Promise<Tally> {
  const { fault, tasks, seed } = options;
  const key = `fault-${seed}`;
  const texts = sentences(tasks, { seed, distinct: 20 });
  const right = await rightAnswers(production.cluster.url, model, texts, `${key}-right`);
  const beganMs = performance.now();
  let accepted = 0;
  const sending = sendAll(production.urls, model, texts, { key, onAccepted: () => void accepted++ });
  await eventually('a quarter to be accepted', () => accepted >= tasks / 4, 120_000);
  await fault.strike(production);
  const sent = await sending;
  const rows = await endedRows(production, { key, count: tasks });
  const seconds = (performance.now() - beganMs) / 1000;
  const known = new Map(rows.map((row) => [row.id, row]));
  const ids = new Set(sent.map((one) => one.taskId));
  const isSucceeded = (one: Sent): boolean => known.get(one.taskId)?.state === 'succeeded';
  const count = (predicate: (row: Row) => boolean): number => rows.filter(predicate).length;
  return {
    fault: fault.name,
    accepted: sent.length,
    seconds,
    lost: sent.filter((one) => !known.has(one.taskId)).length,
    duplicated: sent.length - ids.size + count((row) => !ids.has(row.id) || row.ends > 1),
    wrong: await countWrong(production.cluster.url, sent.filter(isSucceeded), right),
    wronglyFailed: count((row) => ['failed', 'cancelled', 'expired'].includes(row.state)),
    stuck: count((row) => row.ends === 0),
  };
}

interface Row {
  readonly id: string;
  readonly state: string;
  /** How often its life reached a final state. */
  readonly ends: number;
}

/** The rows of a campaign, past the proxies, when all have ended or a minute has passed. */
async function endedRows(
  { cluster }: Production,
  { key, count }: { readonly key: string; readonly count: number },
): Promise<readonly Row[]> {
  const read = (): Promise<readonly Row[]> =>
    cluster.postgres.query<Row>(
      `select id, state, (select count(*)::int from jsonb_array_elements(events) as event
              where event->>'type' in ('succeeded', 'failed', 'cancelled', 'expired')) as ends
         from task where idempotency_key ~ ('^' || $1 || '-[0-9]+$')`,
      [key],
    );
  await eventually(
    'every task to end',
    async () => {
      const rows = await read();
      return rows.length >= count && rows.every((row) => row.ends > 0);
    },
    60_000,
  ).catch(() => {});
  return read();
}

async function countWrong(
  url: string,
  sent: readonly Sent[],
  right: ReadonlyMap<string, Answer>,
): Promise<number> {
  let wrong = 0;
  for (let from = 0; from < sent.length; from += 50)
    await Promise.all(
      sent.slice(from, from + 50).map(async ({ text, taskId }) => {
        const answer = await readResult(url, taskId);
        const expected = right.get(text)!;
        const isRight =
          answer.label === expected.label &&
          answer.logits.every((value, i) => Math.abs(value - expected.logits[i]!) < 1e-5);
        if (!isRight) wrong++;
      }),
    );
  return wrong;
}
