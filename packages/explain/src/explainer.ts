import type { Meter } from './meter.ts';
import type { Attribution, Settings, Subject } from './subject.ts';

/** One method: values of a subject's tokens, through a meter that counts and stops. */
export interface Explainer {
  /** Options that are settled only for this method. */
  readonly defaults: Pick<Settings, 'reduction' | 'granularity'> & Partial<Settings>;
  explain(subject: Subject, settings: Settings, meter: Meter): Promise<Attribution>;
  /**
   * The same at other embeddings [T, H] of the same row, for wrappers and stability metrics; one list of values [T] per member.
   * Stops early with a prefix when the budget is spent. Only gradient methods have it.
   */
  explainAt?(
    points: { readonly count: number; at(index: number): Float32Array },
    call: { readonly subject: Subject; readonly settings: Settings; readonly meter: Meter },
  ): Promise<readonly Float64Array[]>;
}
