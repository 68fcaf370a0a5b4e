import type { InnerStep, NextRow } from './generator.ts';
import type { Entry } from './members.ts';

/** A way of running jobs step by step. It holds the jobs that are under way and what the model remembers of them. */
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

/** Asks the job how to go on; none when it is over. What it throws is its own failure, not its neighbours'. */
export function askJob(
  entry: Entry,
  logits: readonly Float32Array[],
  inner: InnerStep | null,
): readonly NextRow[] {
  if (entry.isOver) return [];
  try {
    const next = entry.job.advance(logits, inner);
    if (next.length > 0) return next;
    entry.finish();
  } catch (error) {
    entry.fail(error);
  }
  return [];
}

/** Writes a run into the job's account. */
export function book(entry: Entry, computeMs: number, rows: number): void {
  entry.spent.computeMs += computeMs;
  entry.spent.rows = Math.max(entry.spent.rows, rows);
}

export function isAlive({ entry }: { readonly entry: Entry }): boolean {
  return !entry.isOver;
}
