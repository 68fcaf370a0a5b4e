import { AppError } from '@tessera/base';
import type { InnerStep, NextRow } from './generator.ts';
import type { Entry } from './members.ts';

/**
 * A way of running jobs step by step. It holds the jobs that are under way and what the model remembers of
 * them.
 */
export interface Engine {
  /** Jobs under way that somebody still waits for. */
  members(): readonly { readonly entry: Entry; readonly rows: readonly unknown[] }[];
  /** Takes a step of what is under way, then reads the prompts of `admitted` and takes their first step. */
  iterate(admitted: readonly Entry[]): Promise<void>;
  /** Frees what is remembered; nothing is under way. */
  clear(): Promise<void>;
}

/** Told how long each run of the model took, and of each step how many rows it had. */
export interface EngineEvents {
  onRun(computeMs: number): void;
  onStep(rows: number): void;
}

/** Runs one pack or batch; a failure of the model is the failure of those in it. */
export async function guarded<M>(entries: readonly Entry[], work: () => Promise<M[]>): Promise<M[]> {
  try {
    return await work();
  } catch (error) {
    for (const entry of entries) entry.fail(error);
    return [];
  }
}

/**
 * Starts a pack of prompts; where that fails each starts alone, so that one that the model cannot read fails
 * by itself.
 */
export async function startedPack<M>(
  pack: readonly Entry[],
  start: (pack: readonly Entry[]) => Promise<M[]>,
): Promise<M[]> {
  if (pack.length === 1) return guarded(pack, () => start(pack));
  try {
    return await start(pack);
  } catch {
    const started: M[] = [];
    for (const entry of pack.filter((own) => isAlive({ entry: own })))
      started.push(...(await guarded([entry], () => start([entry]))));
    return started;
  }
}

/**
 * Asks the job how to go on; none when it is over. What it throws is its own failure, not its neighbours'.
 */
export function askJob(
  entry: Entry,
  logits: readonly Float32Array[],
  inner: InnerStep | null,
): readonly NextRow[] {
  if (entry.isOver) return [];
  try {
    if (!logits.every(canBeRead)) throw notANumber(entry.model);
    const next = entry.job.advance(logits, inner);
    if (next.length > 0) return next;
    entry.finish();
  } catch (error) {
    entry.fail(error);
  }
  return [];
}

/** Minus infinity is how a model forbids a token; NaN and plus infinity are no answer. */
function canBeRead(logits: Float32Array): boolean {
  for (let i = 0; i < logits.length; i++) if (!(logits[i]! < Number.POSITIVE_INFINITY)) return false;
  return true;
}

function notANumber(model: string): AppError {
  const reason =
    'its output logits has values that are no numbers. Check the weights: an overflow in half precision is the usual cause';
  return new AppError('MODEL_RUN_FAILED', { detail: { model, reason } });
}

/** Writes a run into the job's account. */
export function book(entry: Entry, computeMs: number, rows: number): void {
  entry.spent.computeMs += computeMs;
  entry.spent.rows = Math.max(entry.spent.rows, rows);
}

export function isAlive({ entry }: { readonly entry: Entry }): boolean {
  return !entry.isOver;
}
