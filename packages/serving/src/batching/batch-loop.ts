import { AppError, type Clock } from '@tessera/base';
import { type BatchStatistics, createBatchCounter } from './batch-statistics.ts';
import type { BatchLimits } from './batcher.ts';
import { createCancellations } from './cancellations.ts';
import {
  type Batch,
  createEntry,
  createWaitingLine,
  type Entry,
  type LoopRow,
  type RowTimings,
} from './waiting-line.ts';

export type { LoopRow, RowTimings };

/** How the loop makes a model run. `collate` and `split` are called while another batch runs. */
export interface BatchRunner<Row extends LoopRow, Feeds, Raw, Result> {
  collate(rows: readonly Row[]): Feeds;
  run(feeds: Feeds): Promise<{ readonly raw: Raw; readonly computeMs: number }>;
  /** One result or failure per row, in order. */
  split(raw: Raw, rows: readonly Row[]): readonly (Result | AppError)[];
}

export interface BatchLoop<Row extends LoopRow, Result> {
  /**
   * Runs a row in some batch. Rejects with TASK_CANCELLED as soon as `signal` aborts; a row that waits then
   * never runs.
   */
  submit(row: Row, signal?: AbortSignal): Promise<{ readonly result: Result; readonly timings: RowTimings }>;
  statistics(): BatchStatistics;
  /** Refuses what waits, and waits for the batch under way. */
  close(): Promise<void>;
}

export interface BatchLoopOptions<Row extends LoopRow, Feeds, Raw, Result> {
  readonly runner: BatchRunner<Row, Feeds, Raw, Result>;
  /**
   * Limits of the batch of the oldest row; read before each batch, so that a change holds from the next batch
   * on.
   */
  readonly limits: (oldest: Row) => BatchLimits;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Told the tags of a batch before it runs and awaited, so that the host knows the suspects of a crash. */
  readonly onBatchStart?: (tags: readonly string[]) => void | Promise<void>;
  readonly onBatchEnd?: () => void;
}

/** Nothing runs; batches run until the line is empty; nothing is taken any more. */
type Mode =
  | { readonly name: 'idle' }
  | { readonly name: 'busy'; readonly ends: Promise<void> }
  | { readonly name: 'closed' };

/** Owns the queue of one model: packs, prepares the next batch while one runs, runs, answers each caller. */
export function openBatchLoop<Row extends LoopRow, Feeds, Raw, Result>(
  options: BatchLoopOptions<Row, Feeds, Raw, Result>,
): BatchLoop<Row, Result> {
  const { runner, clock, onBatchStart, onBatchEnd } = options;
  type Waiting = Entry<Row, Result>;
  type Ready = Batch<Row, Feeds, Result>;
  const line = createWaitingLine<Row, Feeds, Result>({ collate: runner.collate, limits: options.limits });
  const cancellations = createCancellations();
  const counted = createBatchCounter();
  let mode: Mode = { name: 'idle' };
  let batches = 0;

  /**
   * Announces a batch, drops the members that were cancelled meanwhile, runs the rest and gives what answers
   * them. `whileItRuns` is called once, as soon as the model is busy.
   */
  const start = async (batch: Ready, whileItRuns: () => void): Promise<() => void> => {
    const startMs = clock.monotonicMs();
    let ran: ReturnType<typeof runner.run> | null = null;
    let kept: Ready | null = batch;
    try {
      kept = await announce(batch);
      ran = kept && runner.run(kept.feeds);
      if (ran) line.prepareSoon();
    } catch (error) {
      return () => failAll(batch.entries, error);
    } finally {
      whileItRuns();
    }
    if (!kept || !ran) return () => {};
    const entries = kept.entries;
    const number = ++batches;
    try {
      const { raw, computeMs } = await ran;
      return () => answer(entries, raw, { computeMs, startMs, number });
    } catch (error) {
      return () => failAll(entries, error);
    } finally {
      onBatchEnd?.();
    }
  };

  /** Tells whose rows are about to run; the batch without those that were cancelled meanwhile. */
  const announce = async (batch: Ready): Promise<Ready | null> => {
    if (!onBatchStart) return batch;
    await onBatchStart([...new Set(batch.entries.flatMap(({ row }) => row.tag ?? []))]);
    const left = batch.entries.filter(({ isSettled }) => !isSettled);
    if (left.length === batch.entries.length) return batch;
    return left.length > 0 ? line.collate(left) : null;
  };

  const failAll = (entries: readonly Waiting[], error: unknown): void => {
    for (const entry of entries) entry.reject(error);
  };

  const answer = (
    entries: readonly Waiting[],
    raw: Raw,
    run: { readonly computeMs: number; readonly startMs: number; readonly number: number },
  ): void => {
    const rows = entries.map(({ row }) => row);
    counted.add({
      rows: rows.length,
      tokens: rows.reduce((sum, row) => sum + row.tokens, 0),
      longest: rows.reduce((longest, row) => Math.max(longest, row.length), 0),
      computeMs: run.computeMs,
    });
    try {
      const results = runner.split(raw, rows);
      entries.forEach((entry, i) => {
        const waitMs = run.startMs - entry.sinceMs;
        const timings = { waitMs, computeMs: run.computeMs, batchRows: rows.length, batch: run.number };
        const result = results[i]!;
        if (result instanceof AppError) entry.reject(result);
        else entry.resolve({ result, timings });
      });
    } catch (error) {
      failAll(entries, error);
    }
  };

  const runAll = async (): Promise<void> => {
    // Rows of one request arrive in one go; a turn of the microtask queue lets them all in.
    await Promise.resolve();
    let answerLast = (): void => {};
    for (let batch = line.take(); batch !== null; batch = line.take())
      answerLast = await start(batch, answerLast);
    if (mode.name === 'busy') mode = { name: 'idle' };
    answerLast();
  };

  return {
    submit: (row, signal) =>
      new Promise((resolve, reject) => {
        if (mode.name === 'closed' || signal?.aborted) return reject(new AppError('TASK_CANCELLED'));
        const given = { row, sinceMs: clock.monotonicMs(), signal };
        line.add(createEntry(given, { cancellations, leave: line.remove }, { resolve, reject }));
        if (mode.name === 'idle') mode = { name: 'busy', ends: runAll() };
      }),
    statistics: () => counted.read(line.size),
    async close() {
      const before = mode;
      mode = { name: 'closed' };
      line.clear(new AppError('TASK_CANCELLED'));
      if (before.name === 'busy') await before.ends;
    },
  };
}
