import type { Engine, EngineEvents } from './engine.ts';
import type { GenerationJob } from './generator.ts';
import type { Entry } from './members.ts';
import { createPlainEngine } from './plain-engine.ts';
import { createSlotEngine } from './slot-engine.ts';
import type { SlotFiles } from './slot-files.ts';
import { encodedSpecs, type GenerativeFiles } from './stepper.ts';

/** Logits may differ by so much, measured on the largest. */
const TOLERANCE = 1e-3;

/** Stores that only the trial uses. */
const TRIAL_STORE = 1000;

const quiet: EngineEvents = { onRun: () => undefined, onStep: () => undefined };

/** Whether both ways of running give the same logits: texts of several lengths, one that branches into two, one that joins late. */
export async function isSameAnswer(
  slots: SlotFiles,
  plain: Omit<GenerativeFiles, 'onRun'>,
  vocabularySize: number,
): Promise<boolean> {
  const { layout } = plain;
  const quick = createSlotEngine({ files: slots, firstStore: TRIAL_STORE, vocabularySize, events: quiet });
  // Rows of one length only: the reference does nothing clever.
  const reference = createPlainEngine({
    files: plain,
    grouping: { cache: layout.cache, encoded: encodedSpecs(layout), canMix: false },
    vocabularySize,
    events: quiet,
  });
  const isPair = plain.encoder !== null;
  const found = await runTrial(quick, vocabularySize, isPair);
  const expected = await runTrial(reference, vocabularySize, isPair);
  await quick.clear();
  return found !== null && expected !== null && isClose(found, expected);
}

function isClose(found: readonly Float32Array[], expected: readonly Float32Array[]): boolean {
  return expected.every((row, at) => {
    let largest = 1;
    let difference = 0;
    row.forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value));
      difference = Math.max(difference, Math.abs(value - found[at]![i]!));
    });
    return difference <= TOLERANCE * largest;
  });
}

/** Logits of every row of every step, in order; null when a run failed. */
async function runTrial(
  engine: Engine,
  vocabularySize: number,
  isPair: boolean,
): Promise<Float32Array[] | null> {
  const seen: Float32Array[][] = [];
  let failed = false;
  const job = (prompt: number, length: number, steps: number): Entry => {
    const own: Float32Array[] = [];
    seen.push(own);
    const ids = Array.from({ length }, (_, at) => (prompt * 37 + at * 11 + 3) % vocabularySize);
    let left = steps;
    const work: GenerationJob = {
      inputIds: ids,
      decoderIds: isPair ? [3 % vocabularySize] : [],
      width: 2,
      maxLength: length + steps,
      advance(logits) {
        own.push(...logits.map((row) => row.slice()));
        if (--left === 0) return [];
        const token = (prompt + left * 5) % vocabularySize;
        const last = logits.length - 1;
        return prompt === 1
          ? [
              { parent: last, token },
              { parent: 0, token: 7 % vocabularySize },
            ]
          : [{ parent: 0, token }];
      },
    };
    return {
      job: work,
      sinceMs: 0,
      reservedBytes: 0,
      spent: { waitMs: 0, computeMs: 0, rows: 0 },
      isOver: false,
      finish() {
        (this as { isOver: boolean }).isOver = true;
      },
      fail() {
        (this as { isOver: boolean }).isOver = true;
        failed = true;
      },
    };
  };
  await engine.iterate([job(0, 5, 3), job(1, 2, 5), job(2, 3, 2)]);
  await engine.iterate([job(3, 1, 3)]);
  while (engine.members().length > 0) await engine.iterate([]);
  return failed ? null : seen.flat();
}
