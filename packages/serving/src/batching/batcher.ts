/** What the policy knows of a row that waits. */
export interface WaitingRow {
  /** Rows with the same key run the same session and want the same outputs; others never share a batch. */
  readonly key: string;
  /** Tokens it takes, its own padding included. */
  readonly length: number;
}

export interface BatchLimits {
  /** Rows of a batch at the most. */
  readonly maxRows: number;
  /** Padded tokens of a batch at the most: rows × longest. A single row may be longer. */
  readonly maxPaddedTokens: number;
  /**
   * What starting one more batch costs, in tokens. Measured: 2 on MiniLM fp32, 10 in int8, 15–18 on
   * BERT-base. Padding beyond it is dearer than a batch more.
   */
  readonly batchCostTokens: number;
}

/**
 * The rows to run next, of those that wait in order of arrival. Pure: no delay window, an idle model takes
 * what waits.
 *
 * The oldest row is always in the batch, so nothing starves. Rows with its key are sorted by length and the
 * sorted line is cut into batches so that Σ (batchCostTokens + rows × longest) is least; the piece that holds
 * the oldest row is the answer. Equal lengths thus share a batch, and padding is taken only where it is
 * cheaper than another run.
 */
export function pickBatch<Row extends WaitingRow>(
  waiting: readonly Row[],
  limits: BatchLimits,
): readonly Row[] {
  const oldest = waiting[0];
  if (oldest === undefined) return [];
  const line = nearestInLength(
    waiting.filter((row) => row.key === oldest.key),
    oldest,
    limits.maxRows,
  );
  const at = line.indexOf(oldest);
  const ends = cheapestCuts(
    line.map((row) => row.length),
    limits,
  );
  let start = 0;
  while (ends[start]! <= at) start = ends[start]!;
  return line.slice(start, ends[start]);
}

/**
 * The rows that can matter, sorted by length (stable, so that older rows go first among equals). Beyond two
 * batches on either side of the oldest row the line is not looked at, which bounds the work of a long queue.
 */
function nearestInLength<Row extends WaitingRow>(
  rows: readonly Row[],
  oldest: Row,
  maxRows: number,
): readonly Row[] {
  const sorted = rows.toSorted((a, b) => a.length - b.length);
  const at = sorted.indexOf(oldest);
  return sorted.slice(Math.max(0, at - 2 * maxRows), at + 2 * maxRows + 1);
}

/**
 * Dynamic programming from the end of the sorted lengths: `ends[start]` is where the batch that starts at
 * `start` ends in the cheapest division of the rows from `start` on. Among equally cheap divisions the one
 * with the larger batch wins.
 */
function cheapestCuts(lengths: readonly number[], limits: BatchLimits): readonly number[] {
  const count = lengths.length;
  const costs = new Array<number>(count + 1).fill(0);
  const ends = new Array<number>(count).fill(count);
  for (let start = count - 1; start >= 0; start--) {
    costs[start] = Number.POSITIVE_INFINITY;
    for (let end = start + 1; end <= count; end++) {
      const rows = end - start;
      const tokens = rows * lengths[end - 1]!;
      if (rows > 1 && (rows > limits.maxRows || tokens > limits.maxPaddedTokens)) break;
      const total = limits.batchCostTokens + tokens + costs[end]!;
      if (total <= costs[start]!) [costs[start], ends[start]] = [total, end];
    }
  }
  return ends;
}
