import { AppError } from '@tessera/base';
import type { AttackOptions, Gold } from '@tessera/contracts';
import type { Outcome } from './context.ts';
import { normalAnswer } from './outcome.ts';

/** What tells whether a prediction is right. */
export interface GoldContext {
  readonly id2label: Readonly<Record<string, string>>;
  /** The option or field that an error names. */
  readonly field: string;
}

/**
 * Whether an outcome is what is true: the class or choice, or, as SQuAD's exact match has it, any of the
 * answers. Throws INPUT_INVALID for a class that the model does not have, and for answers to a question of
 * classes.
 */
export function isCorrect(outcome: Outcome, gold: Gold, context: GoldContext): boolean {
  if (outcome.kind === 'answer') {
    if ('answers' in gold)
      return gold.answers.some((answer) => normalAnswer(answer) === normalAnswer(outcome.answer));
    throw wrong(context, 'question answering wants the true answers, as a list of texts');
  }
  if (!('label' in gold)) throw wrong(context, 'classification wants one class, by index or label');
  return outcome.label === labelIndex(gold.label, outcome.probabilities.length, context);
}

function labelIndex(label: number | string, classes: number, context: GoldContext): number {
  const { id2label } = context;
  const names = Array.from({ length: classes }, (_, k) => id2label[String(k)] ?? String(k));
  const named = typeof label === 'string' ? names.indexOf(label) : -1;
  const index = named >= 0 ? named : Number(label);
  if (Number.isInteger(index) && index >= 0 && index < classes) return index;
  throw wrong(
    context,
    `there is no class "${label}"; give 0 to ${classes - 1} or one of: ${names.slice(0, 20).join(', ')}`,
  );
}

/** A member of `attack.labels` as what is true. */
export function goldOf(label: NonNullable<AttackOptions['labels']>[number]): Gold | null {
  if (label === null) return null;
  return typeof label === 'object' ? { answers: [...label] } : { label };
}

function wrong({ field }: GoldContext, problem: string): AppError {
  return new AppError('INPUT_INVALID', { detail: { field, problem } });
}
