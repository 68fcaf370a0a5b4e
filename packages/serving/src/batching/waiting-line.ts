import { AppError } from '@tessera/base';
import { type BatchLimits, pickBatch, type WaitingRow } from './batcher.ts';
import type { Cancellations } from './cancellations.ts';

/** A row as the loop runs it. */
export interface LoopRow extends WaitingRow {
  /** Tokens of the row itself, for the statistics. */
  readonly tokens: number;
  /** Task it belongs to, announced before it runs. */
  readonly tag: string | null;
}

/** How long one row waited and ran. */
export interface RowTimings {
  readonly waitMs: number;
  readonly computeMs: number;
  readonly batchRows: number;
  /** Number of the batch, so that a caller can count a shared run once. */
  readonly batch: number;
}

/** A row between submit and answer. */
export interface Entry<Row, Result> {
  readonly row: Row;
  readonly key: string;
  readonly length: number;
  readonly sinceMs: number;
  /** Answered or cancelled: nothing waits for it any more. */
  isSettled: boolean;
  resolve(answer: { readonly result: Result; readonly timings: RowTimings }): void;
  reject(error: unknown): void;
}

/** Rows that run together, and their feeds. */
export interface Batch<Row, Feeds, Result> {
  readonly entries: readonly Entry<Row, Result>[];
  readonly feeds: Feeds;
}

/**
 * What is known of the next batch: nothing, that it is packed once this turn of the event loop is over, or
 * its feeds.
 */
type Ahead<B> =
  | { readonly mode: 'open' }
  | { readonly mode: 'due' }
  | { readonly mode: 'ready'; readonly batch: B };

/** The rows that wait, in order of arrival, and the batch that is prepared of them. */
export interface WaitingLine<Row, Feeds, Result> {
  readonly size: number;
  add(entry: Entry<Row, Result>): void;
  /** A row that is answered or cancelled leaves. */
  remove(entry: Entry<Row, Result>): void;
  /** The next batch, which leaves the line; null when nothing waits. */
  take(): Batch<Row, Feeds, Result> | null;
  /** Packs ahead once this turn of the event loop is over: rows that arrive together are packed together. */
  prepareSoon(): void;
  /** Feeds for some entries; null when they cannot be collated, which fails them. */
  collate(entries: readonly Entry<Row, Result>[]): Batch<Row, Feeds, Result> | null;
  /** Refuses everything that waits. */
  clear(error: unknown): void;
}

export interface WaitingLineOptions<Row, Feeds> {
  collate(rows: readonly Row[]): Feeds;
  readonly limits: (oldest: Row) => BatchLimits;
}

export function createWaitingLine<Row extends LoopRow, Feeds, Result>(
  options: WaitingLineOptions<Row, Feeds>,
): WaitingLine<Row, Feeds, Result> {
  type Waiting = Entry<Row, Result>;
  type Ready = Batch<Row, Feeds, Result>;
  const waiting = new Set<Waiting>();
  let ahead: Ahead<Ready> = { mode: 'open' };

  const collate = (entries: readonly Waiting[]): Ready | null => {
    try {
      return { entries, feeds: options.collate(entries.map(({ row }) => row)) };
    } catch (error) {
      for (const entry of entries) entry.reject(error);
      return null;
    }
  };

  /** The next batch: the prepared one where it still stands, else what is best to run of what waits now. */
  const pack = (): Ready | null => {
    if (ahead.mode === 'ready') return ahead.batch;
    for (;;) {
      const line = [...waiting];
      if (line.length === 0) return null;
      const batch = collate(pickBatch(line, options.limits(line[0]!.row)));
      if (batch) return batch;
    }
  };

  const prepareSoon = (): void => {
    if (ahead.mode !== 'open') return;
    ahead = { mode: 'due' };
    setImmediate(() => {
      if (ahead.mode !== 'due') return;
      const batch = pack();
      ahead = batch ? { mode: 'ready', batch } : { mode: 'open' };
    });
  };

  return {
    get size() {
      return waiting.size;
    },
    add(entry) {
      waiting.add(entry);
      if (ahead.mode === 'ready') {
        const { entries } = ahead.batch;
        if (entries.length >= options.limits(entries[0]!.row).maxRows) return;
        // With the new row another batch may be better than the one that is prepared.
        ahead = { mode: 'open' };
      }
      prepareSoon();
    },
    remove(entry) {
      waiting.delete(entry);
      if (ahead.mode === 'ready' && ahead.batch.entries.includes(entry)) ahead = { mode: 'open' };
    },
    take() {
      const batch = pack();
      ahead = { mode: 'open' };
      for (const entry of batch?.entries ?? []) waiting.delete(entry);
      return batch;
    },
    prepareSoon,
    collate,
    clear(error) {
      ahead = { mode: 'open' };
      for (const entry of waiting) entry.reject(error);
      waiting.clear();
    },
  };
}

/** An entry whose promise settles once; it leaves the line and stops listening to its signal when it does. */
export function createEntry<Row extends LoopRow, Result>(
  given: { readonly row: Row; readonly sinceMs: number; readonly signal: AbortSignal | undefined },
  by: { readonly cancellations: Cancellations; leave(entry: Entry<Row, Result>): void },
  settled: Pick<Entry<Row, Result>, 'resolve' | 'reject'>,
): Entry<Row, Result> {
  const { row, sinceMs } = given;
  const once =
    <A extends unknown[]>(pass: (...args: A) => void) =>
    (...args: A): void => {
      if (entry.isSettled) return;
      entry.isSettled = true;
      by.leave(entry);
      off();
      pass(...args);
    };
  const entry: Entry<Row, Result> = {
    row,
    key: row.key,
    length: row.length,
    sinceMs,
    isSettled: false,
    resolve: once(settled.resolve),
    reject: once(settled.reject),
  };
  const off = by.cancellations.on(given.signal, () => entry.reject(new AppError('TASK_CANCELLED')));
  return entry;
}
