import type { Unit } from '@tessera/attack';
import type { EvaluationPlan, Gold, JobPayload } from '@tessera/contracts';

/** A job that measures a dataset. */
export type EvaluationPayload = JobPayload & { readonly evaluation: EvaluationPlan };

/** One record of a dataset: its rows of the payload's input, and what is true of it. */
export interface EvaluatedRecord {
  readonly index: number;
  /** One row, or one a choice. */
  readonly unit: Unit;
  readonly gold: Gold | null;
}

/** The records that the rows of the payload fall into. */
export function recordsOf({ input, evaluation }: EvaluationPayload): readonly EvaluatedRecord[] {
  let from = 0;
  return evaluation.records.map(({ rows, gold }, index) => {
    const unit = input.slice(from, from + rows) as unknown as Unit;
    from += rows;
    return { index, unit, gold };
  });
}
