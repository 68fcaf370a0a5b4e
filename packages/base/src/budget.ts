import { AppError } from './app-error.ts';

/**
 * How much work one part of a request may do. A model call is one row through the model, forward or forward
 * and backward.
 */
export interface Limits {
  readonly modelCalls: number;
  readonly seconds: number;
}

/** No limit at all. */
export const unlimited: Limits = { modelCalls: Infinity, seconds: Infinity };

/** What is left of a whole request's budget for each of the parts still to come. */
export function shareOf(
  budget: { readonly model_calls?: number | undefined; readonly seconds?: number | undefined },
  past: { readonly calls: number; readonly seconds: number; readonly parts: number },
): Limits {
  return {
    modelCalls: Math.floor(((budget.model_calls ?? Infinity) - past.calls) / past.parts),
    seconds: ((budget.seconds ?? Infinity) - past.seconds) / past.parts,
  };
}

/** Counts model calls against limits, and hears of cancellation. */
export interface Budget {
  /** Rows run so far. */
  readonly used: number;
  /** Rows that may still run. */
  readonly left: number;
  /** True once work was left undone for want of budget. */
  readonly spent: boolean;
  charge(rows: number): void;
  /** Says that work was left undone. */
  markSpent(): void;
  /** Throws TASK_CANCELLED once the task is cancelled. */
  checkCancelled(): void;
}

export interface BudgetOptions {
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** Milliseconds of a clock that never jumps. */
  monotonicMs(): number;
}

/** A budget whose seconds begin now. */
export function createBudget({ limits, signal, monotonicMs }: BudgetOptions): Budget {
  const startMs = monotonicMs();
  let used = 0;
  let spent = false;
  return {
    get used() {
      return used;
    },
    get left() {
      const seconds = (monotonicMs() - startMs) / 1000;
      return seconds >= limits.seconds ? 0 : Math.max(0, limits.modelCalls - used);
    },
    get spent() {
      return spent;
    },
    charge(rows) {
      used += rows;
    },
    markSpent() {
      spent = true;
    },
    checkCancelled() {
      if (signal.aborted) throw new AppError('TASK_CANCELLED');
    },
  };
}
