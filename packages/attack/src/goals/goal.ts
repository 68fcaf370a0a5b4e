import { AppError } from '@tessera/base';
import type { Outcome } from '../context.ts';
import { probabilityOf, sameOutcome } from '../outcome.ts';

/** What an attack wants. */
export interface Goal {
  readonly name: 'untargeted' | 'targeted' | 'keep';
  reached(outcome: Outcome): boolean;
  /** Higher is nearer; for ranking only. */
  score(outcome: Outcome): number;
}

/** Any other outcome than the original's. */
export function untargeted(original: Outcome): Goal {
  return {
    name: 'untargeted',
    reached: (outcome) => !sameOutcome(original, outcome),
    score: (outcome) => 1 - probabilityOf(original, outcome),
  };
}

/** One class. */
export function targeted(label: number): Goal {
  return {
    name: 'targeted',
    reached: (outcome) => outcome.kind !== 'answer' && outcome.label === label,
    score: (outcome) => (outcome.kind === 'answer' ? 0 : (outcome.probabilities[label] ?? 0)),
  };
}

/** The original's outcome, as surely as possible. */
export function keep(original: Outcome): Goal {
  return {
    name: 'keep',
    reached: (outcome) => sameOutcome(original, outcome),
    score: (outcome) => probabilityOf(original, outcome),
  };
}

/** The goal that the options ask for; a label is looked up among the model's. Throws INPUT_INVALID. */
export function goalOf(
  original: Outcome,
  target: number | string | undefined,
  id2label: Readonly<Record<string, string>>,
): Goal {
  if (target === undefined) return untargeted(original);
  if (original.kind === 'answer') throw invalid('an answer has no classes; leave target out');
  const byLabel = Object.entries(id2label).find(([, label]) => label === target)?.[0];
  const label = Number(byLabel ?? target);
  const classes = original.probabilities.length;
  if (!Number.isInteger(label) || label < 0 || label >= classes)
    throw invalid(
      `there is no class "${target}"; give 0 to ${classes - 1} or one of: ${Object.values(id2label).join(', ')}`,
    );
  return targeted(label);
}

function invalid(problem: string): AppError {
  return new AppError('INPUT_INVALID', { detail: { field: 'attack.target', problem } });
}
