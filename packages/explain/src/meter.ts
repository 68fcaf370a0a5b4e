import { createBudget, type Limits } from '@tessera/base';
import type { NamedTensors } from '@tessera/contracts';
import type { ExplainContext, ForwardCall, GradientAnswer, GradientCall, GradientPoint } from './context.ts';

export type ForwardRow = ForwardCall['rows'][number];

/**
 * Runs rows in chunks, counts them, stops between chunks when the task is cancelled or the budget is spent,
 * and reports progress. A stopped run answers a prefix of what was asked, and `spent` turns true.
 */
export interface Meter {
  readonly context: ExplainContext;
  /** Rows run so far. */
  readonly calls: number;
  /** True once work was left undone for want of budget. */
  readonly spent: boolean;
  /** Rows that may still run. */
  readonly left: number;
  /** Counts rows that were run elsewhere for the same explanation. */
  charge(rows: number): void;
  forward(
    rows: readonly ForwardRow[],
    options: Omit<ForwardCall, 'rows'> & Urgency,
  ): Promise<readonly NamedTensors[]>;
  /**
   * Visits the answer of each point in order; points are made when their chunk is due. Returns how many were
   * visited.
   */
  gradient(
    count: number,
    point: (index: number) => GradientPoint,
    options: Omit<GradientCall, 'points'> &
      Urgency & { readonly visit: (answer: GradientAnswer, index: number) => void },
  ): Promise<number>;
}

interface Urgency {
  /** Runs even when the budget is spent: without it there would be nothing to return. */
  readonly required?: boolean;
}

export interface MeterOptions {
  readonly context: ExplainContext;
  readonly limits: Limits;
  /** Shown with the progress. */
  readonly note: string;
  /** Rows expected in all, or null. */
  readonly expected: number | null;
  /** Rows that earlier meters of the same task ran: progress goes on from there. */
  readonly before?: number;
}

export function createMeter({ context, limits, note, expected, before = 0 }: MeterOptions): Meter {
  const { signal } = context;
  const budget = createBudget({ limits, signal, monotonicMs: () => context.monotonicMs() });
  const inChunks = async (
    count: number,
    required: boolean,
    run: (from: number, to: number) => Promise<void>,
  ): Promise<number> => {
    let done = 0;
    while (done < count) {
      budget.checkCancelled();
      const size = Math.min(count - done, context.chunkRows, required ? Infinity : budget.left);
      if (size === 0) {
        budget.markSpent();
        break;
      }
      await run(done, done + size);
      done += size;
      budget.charge(size);
      const ran = before + budget.used;
      const total = expected === null ? null : Math.max(expected, ran);
      context.reportProgress({ done: ran, total, note });
    }
    budget.checkCancelled();
    return done;
  };

  return {
    context,
    get calls() {
      return budget.used;
    },
    get spent() {
      return budget.spent;
    },
    get left() {
      return budget.left;
    },
    charge: budget.charge,
    async forward(rows, { required = false, ...call }) {
      const answers: NamedTensors[] = [];
      await inChunks(rows.length, required, async (from, to) => {
        answers.push(...(await context.forward({ ...call, rows: rows.slice(from, to) })));
      });
      return answers;
    },
    gradient(count, point, { required = false, visit, ...call }) {
      return inChunks(count, required, async (from, to) => {
        const points = Array.from({ length: to - from }, (_, i) => point(from + i));
        const answers = await context.gradient({ ...call, points });
        answers.forEach((answer, i) => visit(answer, from + i));
      });
    },
  };
}
