import type { AttackOptions, AttackReport, ExplainMethod } from '@tessera/contracts';
import type { Unit } from './context.ts';

export interface AttackRequest {
  readonly options: AttackOptions;
  readonly units: readonly [Unit, ...Unit[]];
}

/** What an attack found, and what the caller should know of it. */
export interface Attacked {
  readonly report: AttackReport;
  /**
   * What the result's predictions are of: the first input's texts step by step, or all texts that were put
   * together.
   */
  readonly rows: readonly Unit[];
  /** The method that each of the rows is to be explained by; null for none. */
  readonly explainRowsBy: ExplainMethod | null;
  readonly warnings: readonly string[];
}
