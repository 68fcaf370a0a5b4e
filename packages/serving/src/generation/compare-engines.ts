import type { Engine, EngineEvents } from './engine.ts';
import type { GenerationJob } from './generator.ts';
import type { Entry } from './members.ts';
import { createPlainEngine } from './plain-engine.ts';
import { createSlotEngine } from './slot-engine.ts';
import type { SlotFiles } from './slot-files.ts';
import { encodedSpecs, type GenerativeFiles } from './stepper.ts';

/** Logits may differ by so much, measured on the largest; on a GPU the order of a sum hangs on its shape. */
const tolerance = { cpu: 1e-4, gpu: 5e-3 } as const;

/** Stores that only the trial uses. */
const TRIAL_STORE = 1000;

const quiet: EngineEvents = { onRun: () => undefined, onStep: () => undefined };

type Files = Omit<GenerativeFiles, 'onRun'>;

/**
 * Whether texts that run together in slots get the logits that each gets alone from the files as they are:
 * texts of several lengths, one that branches into two, one that joins late.
 */
export async function isSameInSlots(
  slots: SlotFiles,
  plain: Files,
  vocabularySize: number,
): Promise<boolean> {
  const quick = createSlotEngine({ files: slots, firstStore: TRIAL_STORE, vocabularySize, events: quiet });
  const found = await runTogether(quick, trialOf(plain, vocabularySize));
  await quick.clear();
  return isClose(found, await runAlone(plain, vocabularySize), plain);
}

/** Whether texts that run together get the logits that each gets alone. */
export async function isSameTogether(
  plain: Files,
  canMix: boolean,
  vocabularySize: number,
): Promise<boolean> {
  const found = await runTogether(
    referenceEngine(plain, canMix, vocabularySize),
    trialOf(plain, vocabularySize),
  );
  return isClose(found, await runAlone(plain, vocabularySize), plain);
}

function referenceEngine(plain: Files, canMix: boolean, vocabularySize: number): Engine {
  const { layout } = plain;
  const grouping = { cache: layout.cache, encoded: encodedSpecs(layout), canMix };
  return createPlainEngine({ files: plain, grouping, vocabularySize, events: quiet });
}

function isClose(
  found: readonly Float32Array[] | null,
  expected: readonly Float32Array[] | null,
  { decoder }: Files,
): boolean {
  if (found === null || expected === null) return false;
  const limit = tolerance[decoder.device === 'cpu' ? 'cpu' : 'gpu'];
  return expected.every((row, at) => {
    let largest = 1;
    let difference = 0;
    row.forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value));
      difference = Math.max(difference, Math.abs(value - found[at]![i]!));
    });
    return difference <= limit * largest;
  });
}

/** Jobs of a trial, and what their rows were given at each step. */
interface Trial {
  /** Three that start together, and one that joins them. */
  readonly jobs: readonly [Entry, Entry, Entry, Entry];
  /** Logits of every row of every step, job by job; null when a run failed. */
  logits(): readonly Float32Array[] | null;
}

async function runTogether(engine: Engine, trial: Trial): Promise<readonly Float32Array[] | null> {
  const [first, second, third, late] = trial.jobs;
  await engine.iterate([first, second, third]);
  await engine.iterate([late]);
  while (engine.members().length > 0) await engine.iterate([]);
  return trial.logits();
}

/** What the files give for each job with nothing beside it. */
async function runAlone(plain: Files, vocabularySize: number): Promise<readonly Float32Array[] | null> {
  const trial = trialOf(plain, vocabularySize);
  for (const job of trial.jobs) {
    const engine = referenceEngine(plain, false, vocabularySize);
    await engine.iterate([job]);
    while (engine.members().length > 0) await engine.iterate([]);
  }
  return trial.logits();
}

function trialOf({ encoder }: Files, vocabularySize: number): Trial {
  const seen: Float32Array[][] = [];
  let failed = false;
  const job = (prompt: number, length: number, steps: number): Entry => {
    const own: Float32Array[] = [];
    seen.push(own);
    const ids = Array.from({ length }, (_, at) => (prompt * 37 + at * 11 + 3) % vocabularySize);
    const work: GenerationJob = {
      inputIds: ids,
      decoderIds: encoder ? [3 % vocabularySize] : [],
      width: 2,
      maxLength: length + steps,
      advance: advancing({ prompt, steps, vocabularySize }, own),
    };
    const entry: Entry = {
      job: work,
      model: 'trial',
      sinceMs: 0,
      reservedBytes: 0,
      spent: { waitMs: 0, computeMs: 0, rows: 0 },
      isOver: false,
      finish() {
        entry.isOver = true;
      },
      fail() {
        entry.isOver = true;
        failed = true;
      },
    };
    return entry;
  };
  return {
    jobs: [job(0, 5, 3), job(1, 2, 5), job(2, 3, 2), job(3, 1, 3)],
    logits: () => (failed ? null : seen.flat()),
  };
}

/** Goes on with made-up tokens; the second job branches into two at every step. */
function advancing(
  { prompt, steps, vocabularySize }: { prompt: number; steps: number; vocabularySize: number },
  seen: Float32Array[],
): GenerationJob['advance'] {
  let left = steps;
  return (logits) => {
    seen.push(...logits.map((row) => row.slice()));
    if (--left === 0) return [];
    const token = (prompt + left * 5) % vocabularySize;
    if (prompt !== 1) return [{ parent: 0, token }];
    return [
      { parent: logits.length - 1, token },
      { parent: 0, token: 7 % vocabularySize },
    ];
  };
}
