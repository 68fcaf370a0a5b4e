/** What the batches of a model looked like since it was loaded. */
export interface BatchStatistics {
  readonly batches: number;
  readonly rows: number;
  /** Tokens of the rows themselves. */
  readonly tokens: number;
  /** rows × longest, summed over batches. */
  readonly paddedTokens: number;
  /** Share of the computed tokens that were padding; 0 before the first batch. */
  readonly paddingRatio: number;
  /** Milliseconds the model ran. */
  readonly computeMs: number;
  /** How many batches had so many rows; the index is the number of rows. */
  readonly batchesByRows: readonly number[];
  /** Rows that wait now. */
  readonly waiting: number;
}

/** Counts batches as they end. */
export function createBatchCounter(): {
  add(batch: {
    readonly rows: number;
    readonly tokens: number;
    readonly longest: number;
    readonly computeMs: number;
  }): void;
  read(waiting: number): BatchStatistics;
} {
  let [batches, rows, tokens, paddedTokens, computeMs] = [0, 0, 0, 0, 0];
  const byRows: number[] = [];
  return {
    add(batch) {
      batches++;
      rows += batch.rows;
      tokens += batch.tokens;
      paddedTokens += batch.rows * batch.longest;
      computeMs += batch.computeMs;
      while (byRows.length <= batch.rows) byRows.push(0);
      byRows[batch.rows]!++;
    },
    read: (waiting) => ({
      batches,
      rows,
      tokens,
      paddedTokens,
      paddingRatio: paddedTokens === 0 ? 0 : (paddedTokens - tokens) / paddedTokens,
      computeMs,
      batchesByRows: [...byRows],
      waiting,
    }),
  };
}
