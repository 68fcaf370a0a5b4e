import type { ExplainedInstance, ExplainOptions, NamedTensors } from '@tessera/contracts';
import type { ModelInput, ScalarTarget } from './context.ts';
import type { Word } from './sequence.ts';

/** What a method explains: one row, the scalar F of it, and how the row falls into words. */
export interface Subject {
  readonly input: ModelInput;
  /** True for tokens that no baseline replaces. [T] */
  readonly special: readonly boolean[];
  readonly words: readonly Word[];
  readonly target: ScalarTarget;
  /** F(x), from a forward run. */
  readonly f: number;
  /** Positions F reads: whose attention counts. */
  readonly queries: readonly number[];
  /** Task score of a row in [0, 1] for the faithfulness metrics: a class or span probability. */
  probability(outputs: NamedTensors): number;
  /** True when F reads fixed positions, so that tokens may be replaced but not taken out. */
  readonly fixedPositions: boolean;
  readonly asChoices: boolean;
}

/** Options with every default settled. */
export interface Settings extends ExplainOptions {
  readonly reduction: 'sum' | 'l2';
  readonly granularity: 'token' | 'word';
}

/** What a method found: one signed value a token. */
export interface Attribution {
  /** [T] */
  readonly values: Float64Array;
  /** F of the baseline; null when the method has none. */
  readonly fBaseline: number | null;
  /** Sum of the values minus (F(x) − F(x')), where the method promises that it is 0; else null. */
  readonly gap: number | null;
  readonly nSteps: number | null;
  /** More that the method can tell, such as the intercept of a linear model. */
  readonly extra?: ExplainedInstance['details'];
}
