import { z } from 'zod';
import type { TaskName } from '../names.ts';
import { type AttackReport, attackReport } from './attack-report.ts';
import { type EvaluationReport, evaluationReport } from './evaluation-report.ts';
import { type Explanation, explanation } from './explanation.ts';
import { type Prediction, predictions } from './prediction.ts';
import type { NamedTensors } from './tensor.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** A prediction, and what was found when it was looked into. */
export interface TaskResult<T extends TaskName = TaskName> {
  /** Null where a dataset was measured; beside an attack it is of the attacked texts, step by step. */
  readonly prediction: Prediction<T> | null;
  readonly explanation?: Explanation;
  readonly attack?: AttackReport;
  readonly evaluation?: EvaluationReport;
  readonly tensors: NamedTensors;
  /** Things the caller should know: cut inputs, fall-backs, unknown options. */
  readonly warnings: readonly string[];
}

/** A prediction and nothing else: what a task's head answers. */
export type PredictedResult<T extends TaskName = TaskName> = TaskResult<T> & {
  readonly prediction: Prediction<T>;
};

/** What is found beside a prediction; each where it was asked for. */
const beside = {
  explanation: explanation.exactOptional().describe('With `explain`: what the prediction rests on.'),
  attack: attackReport.exactOptional().describe('With `attack`: what it found.'),
} as const;

/** A prediction with what was found beside it. */
type Looked<T extends TaskName> = Prediction<T> & {
  readonly explanation?: Explanation;
  readonly attack?: AttackReport;
};

/** A result without its tensors and warnings, as it is stored and as the native API shows it in `fields`. */
export type ResultFields<T extends TaskName = TaskName> =
  | { [K in T]: Looked<K> }[T]
  | { readonly evaluation: EvaluationReport };

/** The fields of each task's result. */
export const taskFields = Object.fromEntries(
  Object.entries(predictions).map(([task, prediction]) => [task, prediction.extend(beside)]),
) as unknown as { readonly [T in TaskName]: z.ZodType<Looked<T>> };

/** The fields of a measured dataset's result. */
export const evaluationFields = z.object({
  evaluation: evaluationReport.describe('The dataset, measured.'),
});

/** Which form results are stored in; 1 had the fields under SQuARE's names. */
export const resultVersion = 2;

/** The stored form of a result: one object of its prediction and what was found beside it. */
export function fieldsOf({ prediction, explanation: found, attack, evaluation }: TaskResult): ResultFields {
  if (evaluation) return { evaluation };
  if (!prediction) throw new Error('only a measured dataset has no prediction');
  return { ...prediction, ...(found && { explanation: found }), ...(attack && { attack }) };
}
