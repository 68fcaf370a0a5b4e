import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { seededRandom, silentLog, systemClock } from '@tessera/base';
import { type OpenRuntime, openRuntime } from '@tessera/serving';
import { median, printTable } from '../statistics.ts';
import { textOf } from './load.ts';

/*
 * Inside a model process: dynamic int8 (`onnxUseQuantized`) against the fp32 file on the same texts,
 * interleaved so that both meet the same neighbours on the machine; and how much of the batches is padding,
 * against batches cut in order of arrival.
 */
const seconds = Number(process.env.BENCH_SECONDS ?? 4);
/** One thread, as each of several replicas has, and two, as one replica on a small machine has. */
const threadCounts = (process.env.MODEL_THREADS ?? '1,2').split(',').map(Number);
const batchSize = 32;
const rounds = 5;
const folder = resolve(import.meta.dirname, '../../models/tessera/all-minilm-l6-v2');
const cacheFolder = mkdtempSync(join(tmpdir(), 'tessera-bench-'));
const open = (quantised: boolean, threads: number): Promise<OpenRuntime> =>
  openRuntime({
    identifier: 'tessera/all-minilm-l6-v2',
    folder,
    cacheFolder,
    threads,
    gpu: null,
    requireGpu: false,
    quantised,
    batchSize,
    clock: systemClock,
    log: silentLog,
  });

const random = seededRandom(7);
const lengths: Record<string, () => number> = {
  '16': () => 16,
  '128': () => 128,
  // Log-normal around 40 tokens, as short comments and some long reviews come.
  mixed: () => Math.min(400, Math.max(4, Math.round(40 * Math.exp(0.9 * random.normal())))),
};

/** Rows a second with 64 requests of one text in flight. */
async function drive(runtime: OpenRuntime, texts: readonly string[], forMs: number): Promise<number> {
  let next = 0;
  const startMs = performance.now();
  const lane = async (): Promise<void> => {
    while (performance.now() - startMs < forMs) {
      const [encoding] = await runtime.tokenizer.encode(texts[next++ % texts.length]!, {
        maxLength: 512,
        truncation: 'longest-first',
        addSpecialTokens: true,
        stride: null,
      });
      await runtime.forward({ rows: [encoding!], outputs: ['last_hidden_state'] });
    }
  };
  await Promise.all(Array.from({ length: 64 }, lane));
  return next / ((performance.now() - startMs) / 1000);
}

/** Share of padding when batches of 32 are cut in order of arrival. */
function arrivalPadding(tokens: readonly number[]): number {
  let [padded, own] = [0, 0];
  for (let start = 0; start < tokens.length; start += batchSize) {
    const batch = tokens.slice(start, start + batchSize);
    padded += batch.length * Math.max(...batch);
    own += batch.reduce((sum, length) => sum + length, 0);
  }
  return (padded - own) / padded;
}

/** One row of the table: both files drive the same texts in turns. */
async function compare(name: string, lengthOf: () => number, threads: number): Promise<(string | number)[]> {
  const [plain, int8] = await Promise.all([open(false, threads), open(true, threads)]);
  try {
    const tokens = Array.from({ length: 1_000 }, lengthOf);
    const texts = tokens.map(textOf);
    const before = plain.stats();
    const speeds: { fp32: number; int8: number }[] = [];
    for (let round = 0; round < rounds; round++)
      speeds.push({
        fp32: await drive(plain, texts, (seconds * 1000) / rounds),
        int8: await drive(int8, texts, (seconds * 1000) / rounds),
      });
    const after = plain.stats();
    const padded = after.paddedTokens - before.paddedTokens;
    return [
      name,
      threads,
      median(speeds.map(({ fp32 }) => fp32)),
      median(speeds.map((pair) => pair.int8)),
      median(speeds.map((pair) => pair.int8 / pair.fp32)),
      (padded - (after.tokens - before.tokens)) / padded,
      arrivalPadding(tokens),
    ];
  } finally {
    await Promise.all([plain.close(), int8.close()]);
  }
}

const rows: (string | number)[][] = [];
try {
  for (const threads of threadCounts)
    for (const [name, lengthOf] of Object.entries(lengths)) rows.push(await compare(name, lengthOf, threads));
} finally {
  rmSync(cacheFolder, { recursive: true });
}
printTable(
  [
    'tokens',
    'threads',
    'fp32 texts/s',
    'int8 texts/s',
    'int8 × fp32',
    'padding',
    'padding in order of arrival',
  ],
  rows,
);
