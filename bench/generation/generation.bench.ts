import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { silentLog, systemClock } from '@tessera/base';
import { type JobPayload, jobPayload } from '@tessera/contracts';
import { type OpenRuntime, openRuntime } from '@tessera/serving';
import { runTask } from '@tessera/tasks';
import { runRival } from '../rivals/python.ts';
import { median, printTable } from '../statistics.ts';

/*
 * Tokens a second of the starter models inside one model process, against transformers (torch, with its
 * cache) in the same run and against one text at a time. Requests come one by one and join the running batch.
 * Torch gets all prompts as one batch from the start, which no server does that takes requests as they come;
 * a server without batching (SQuARE's) does them one after the other, which is the last column. Time to the
 * first token is measured apart: telling tokens costs their decoding.
 */
const tokens = 32;
const rounds = Number(process.env.BENCH_ROUNDS ?? 4);
const threads = Number(process.env.MODEL_THREADS ?? 2);
const prompts = {
  'captions-en': [
    'A little girl',
    'Two men',
    'A dog',
    'Three people are standing',
    'A woman in a red dress',
    'Children',
  ],
  'normalize-en': [
    'the third of March, nineteen ninety-eight',
    'half past seven in the evening',
    'May 5, 2021',
    'noon',
  ],
} as const;
const root = resolve(import.meta.dirname, '../..');
const cacheFolder = mkdtempSync(join(tmpdir(), 'tessera-bench-'));

interface Measured {
  readonly perSecond: number;
  readonly firstTokenMs: number;
}

/** `count` texts, so many in flight at a time. */
async function measure(
  runtime: OpenRuntime,
  inputs: readonly string[],
  { inFlight, beams, streams }: { inFlight: number; beams: number; streams: boolean },
): Promise<Measured> {
  const count = inFlight * rounds;
  const firsts: number[] = [];
  let next = 0;
  const one = async (index: number): Promise<void> => {
    const startMs = performance.now();
    let isFirst = true;
    const options = { max_new_tokens: tokens, min_new_tokens: tokens, num_beams: beams };
    const payload = jobPayload.parse({ task: 'generation', input: [inputs[index % inputs.length]], options });
    await runTask(payload as JobPayload, {
      runtime,
      signal: new AbortController().signal,
      batchSize: 32,
      measure: () => undefined,
      monotonicMs: () => performance.now(),
      reportProgress: () => undefined,
      ...(streams && {
        reportToken: () => {
          if (isFirst) firsts.push(performance.now() - startMs);
          isFirst = false;
        },
      }),
    });
  };
  const startMs = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (next < count) await one(next++);
    }),
  );
  const ms = performance.now() - startMs;
  return { perSecond: (count * tokens * 1000) / ms, firstTokenMs: median(firsts) };
}

/** Tokens per second of transformers with so many prompts in one batch; NaN without PyTorch. */
function rival(model: keyof typeof prompts, inFlight: number, beams: number): number {
  const request = { model, prompts: prompts[model], inFlight, beams, tokens, rounds, threads };
  return runRival<number>('generation_torch', request) ?? Number.NaN;
}

const rows: (string | number)[][] = [];
for (const model of Object.keys(prompts) as (keyof typeof prompts)[]) {
  const runtime = await openRuntime({
    identifier: model,
    folder: resolve(root, 'models/tessera', model),
    cacheFolder,
    threads,
    gpu: null,
    requireGpu: false,
    quantised: false,
    batchSize: 32,
    clock: systemClock,
    log: silentLog,
  });
  const inputs = prompts[model];
  await measure(runtime, inputs, { inFlight: 4, beams: 1, streams: false });
  const alone = await measure(runtime, inputs, { inFlight: 1, beams: 1, streams: false });
  for (const beams of [1, 4]) {
    const single = rival(model, 1, beams);
    for (const inFlight of [1, 16]) {
      const torch = inFlight === 1 ? single : rival(model, inFlight, beams);
      const ours = await measure(runtime, inputs, { inFlight, beams, streams: false });
      const streamed =
        beams === 1 ? await measure(runtime, inputs, { inFlight, beams, streams: true }) : null;
      rows.push([
        model,
        inFlight,
        beams,
        ours.perSecond,
        beams === 1 ? ours.perSecond / alone.perSecond : Number.NaN,
        torch,
        ours.perSecond / torch,
        ours.perSecond / single,
        streamed?.firstTokenMs ?? Number.NaN,
      ]);
    }
  }
  await runtime.close();
}
rmSync(cacheFolder, { recursive: true, force: true });
const head = [
  'model',
  'in flight',
  'beams',
  'Tessera',
  '× one at a time',
  'torch, one batch',
  '×',
  '× torch one by one',
  'first token ms',
];
console.log(`Tokens per second, ${tokens} new tokens per text, ${threads} threads:\n`);
printTable(
  head,
  rows.map((row) => row.map((cell) => (Number.isNaN(cell) ? '–' : cell))),
);
