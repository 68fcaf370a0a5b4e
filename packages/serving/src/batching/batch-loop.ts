import { AppError, type Clock } from '@tessera/base';
import { type BatchStatistics, countBatches } from './batch-statistics.ts';
import { type BatchLimits, pickBatch, type WaitingRow } from './batcher.ts';

/** A row as the loop runs it. */
export interface LoopRow extends WaitingRow {
  /** Tokens of the row itself, for the statistics. */
  readonly tokens: number;
  /** Task it belongs to, announced before it runs. */
  readonly tag: string | null;
}

/** How the loop makes a model run. `collate` and `split` are called while another batch runs. */
export interface BatchRunner<Row extends LoopRow, Feeds, Raw, Result> {
  collate(rows: readonly Row[]): Feeds;
  run(feeds: Feeds): Promise<{ readonly raw: Raw; readonly computeMs: number }>;
  /** One result a row, in order. */
  split(raw: Raw, rows: readonly Row[]): readonly Result[];
}

export interface RowTimings {
  readonly waitMs: number;
  readonly computeMs: number;
  readonly batchRows: number;
  /** Number of the batch, so that a caller can count a shared run once. */
  readonly batch: number;
}

export interface BatchLoop<Row extends LoopRow, Result> {
  /** Runs a row in some batch. Rejects with TASK_CANCELLED as soon as `signal` aborts; a row that waits then never runs. */
  submit(row: Row, signal?: AbortSignal): Promise<{ readonly result: Result; readonly timings: RowTimings }>;
  statistics(): BatchStatistics;
  /** Refuses what waits, and waits for the batch under way. */
  close(): Promise<void>;
}

export interface BatchLoopOptions<Row extends LoopRow, Feeds, Raw, Result> {
  readonly runner: BatchRunner<Row, Feeds, Raw, Result>;
  /** Limits of the batch of the oldest row; read before each batch, so that a change holds from the next batch on. */
  readonly limits: (oldest: Row) => BatchLimits;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Told the tags of a batch before it runs and awaited, so that the host knows the suspects of a crash. */
  readonly onBatchStart?: (tags: readonly string[]) => void | Promise<void>;
  readonly onBatchEnd?: () => void;
}

/** A row between submit and answer. */
interface Entry<Row, Result> {
  readonly row: Row;
  readonly key: string;
  readonly length: number;
  readonly sinceMs: number;
  /** Answered or cancelled: nothing waits for it any more. */
  isSettled: boolean;
  resolve(answer: { readonly result: Result; readonly timings: RowTimings }): void;
  reject(error: unknown): void;
}

interface Prepared<Row, Feeds, Result> {
  readonly entries: readonly Entry<Row, Result>[];
  readonly feeds: Feeds;
}

/** Owns the queue of one model: packs, prepares the next batch while one runs, runs, answers each caller. */
export function startBatchLoop<Row extends LoopRow, Feeds, Raw, Result>(
  options: BatchLoopOptions<Row, Feeds, Raw, Result>,
): BatchLoop<Row, Result> {
  const { runner, limits, clock, onBatchStart, onBatchEnd } = options;
  type Waiting = Entry<Row, Result>;
  type Batch = Prepared<Row, Feeds, Result>;
  /** In order of arrival. */
  const waiting = new Set<Waiting>();
  const counted = countBatches();
  let prepared: Batch | null = null;
  let isPreparing = false;
  let batches = 0;
  let running: Promise<void> | null = null;
  let isClosed = false;

  const collate = (entries: readonly Waiting[]): Batch | null => {
    try {
      return { entries, feeds: runner.collate(entries.map(({ row }) => row)) };
    } catch (error) {
      for (const entry of entries) entry.reject(error);
      return null;
    }
  };

  /** The next batch: the prepared one where it still stands, else what is best to run of what waits now. */
  const nextBatch = (): Batch | null => {
    while (!prepared && waiting.size > 0) {
      const line = [...waiting];
      prepared = collate(pickBatch(line, limits(line[0]!.row)));
    }
    return prepared;
  };

  /** Packs ahead once this turn of the event loop is over: rows that arrive together are packed together. */
  const prepareSoon = (): void => {
    if (isPreparing) return;
    isPreparing = true;
    setImmediate(() => {
      isPreparing = false;
      nextBatch();
    });
  };

  /**
   * Announces a batch, drops the members that were cancelled meanwhile, runs the rest and gives what answers them.
   * `whileItRuns` is called once, as soon as the model is busy.
   */
  const start = async (batch: Batch, whileItRuns: () => void): Promise<() => void> => {
    const startMs = clock.monotonicMs();
    const failAll = (entries: readonly Waiting[], error: unknown) => () => {
      for (const entry of entries) entry.reject(error);
    };
    let ran: ReturnType<typeof runner.run> | null = null;
    let kept: Batch | null = batch;
    try {
      if (onBatchStart) {
        await onBatchStart([...new Set(batch.entries.flatMap(({ row }) => row.tag ?? []))]);
        const left = batch.entries.filter(({ isSettled }) => !isSettled);
        if (left.length < batch.entries.length) kept = left.length > 0 ? collate(left) : null;
      }
      ran = kept && runner.run(kept.feeds);
      if (ran) prepareSoon();
    } catch (error) {
      return failAll(batch.entries, error);
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
      return failAll(entries, error);
    } finally {
      onBatchEnd?.();
    }
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
        entry.resolve({ result: results[i]!, timings });
      });
    } catch (error) {
      for (const entry of entries) entry.reject(error);
    }
  };

  const take = (): Batch | null => {
    const batch = nextBatch();
    prepared = null;
    if (batch) for (const entry of batch.entries) waiting.delete(entry);
    return batch;
  };

  const runAll = async (): Promise<void> => {
    // Rows of one request arrive in one go; a turn of the microtask queue lets them all in.
    await Promise.resolve();
    let answerLast = (): void => {};
    for (let batch = take(); batch !== null; batch = take()) answerLast = await start(batch, answerLast);
    running = null;
    answerLast();
  };

  return {
    submit: (row, signal) =>
      new Promise((resolve, reject) => {
        if (isClosed || signal?.aborted) return reject(new AppError('TASK_CANCELLED'));
        const settle =
          <A extends unknown[]>(pass: (...args: A) => void) =>
          (...args: A): void => {
            if (entry.isSettled) return;
            entry.isSettled = true;
            waiting.delete(entry);
            signal?.removeEventListener('abort', drop);
            pass(...args);
          };
        const { key, length } = row;
        const sinceMs = clock.monotonicMs();
        const entry: Waiting = {
          row,
          key,
          length,
          sinceMs,
          isSettled: false,
          resolve: settle(resolve),
          reject: settle(reject),
        };
        const drop = (): void => {
          if (prepared?.entries.includes(entry)) prepared = null;
          entry.reject(new AppError('TASK_CANCELLED'));
        };
        signal?.addEventListener('abort', drop, { once: true });
        waiting.add(entry);
        if (!prepared || prepared.entries.length < limits(prepared.entries[0]!.row).maxRows) {
          // With the new row another batch may be better than the one that is prepared.
          prepared = null;
          prepareSoon();
        }
        running ??= runAll();
      }),
    statistics: () => counted.read(waiting.size),
    async close() {
      isClosed = true;
      prepared = null;
      for (const entry of waiting) entry.reject(new AppError('TASK_CANCELLED'));
      waiting.clear();
      await running;
    },
  };
}
