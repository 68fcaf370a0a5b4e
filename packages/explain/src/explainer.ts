import type { Meter } from './meter.ts';
import type { TokenSequence } from './sequence.ts';
import type { Attribution, Settings, Subject } from './subject.ts';

/** What a page shows: a subject with the texts of its tokens. */
export interface ShownSubject {
  readonly subject: Subject;
  readonly sequence: TokenSequence;
}

/** One method: values of a subject's tokens, through a meter that counts and stops. */
export interface Explainer {
  /** Options that are settled only for this method. */
  readonly defaults: Pick<Settings, 'reduction' | 'granularity'> & Partial<Settings>;
  explain(subject: Subject, settings: Settings, meter: Meter): Promise<Attribution>;
  /**
   * About how many model calls one input takes, for the progress bar; doubling of steps and early stops
   * change it.
   */
  cost(settings: Settings, sequence: TokenSequence): number;
  /** One page of HTML that shows the explanation; only methods that make one have it. */
  page?(shown: ShownSubject, meter: Meter): Promise<string>;
  /**
   * The same at other embeddings [T, H] of the same row, for wrappers and stability metrics; one list of
   * values [T] per member. Stops early with a prefix when the budget is spent. Only gradient methods have it.
   */
  explainAt?(
    points: { readonly count: number; at(index: number): Float32Array },
    call: { readonly subject: Subject; readonly settings: Settings; readonly meter: Meter },
  ): Promise<readonly Float64Array[]>;
}
