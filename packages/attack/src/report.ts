import type { AttackedInput, AttackOptions, AttackReport, AttackTable } from '@tessera/contracts';
import { describeOutcome, probabilityOf, sameOutcome } from './outcome.ts';
import type { AttackPath } from './recipes/recipe.ts';
import { type AttackSubject, textOf } from './subject.ts';

export interface ReportCall {
  readonly subject: AttackSubject;
  readonly path: AttackPath;
  readonly goal: string;
  readonly queries: number;
  readonly spent: boolean;
  /** Whether the original prediction is right; null where that is not known. */
  readonly correct: boolean | null;
  readonly id2label: Readonly<Record<string, string>>;
}

/** What happened to one input. */
export function reportOf({
  subject,
  path,
  goal,
  queries,
  spent,
  correct,
  id2label,
}: ReportCall): AttackedInput {
  const last = path.steps.at(-1)!;
  const words = subject.split.words.length;
  const changed = last.candidate.words.filter((word, i) => word !== subject.split.words[i]).length;
  const first = path.steps.findIndex((step, k) => k > 0 && step.reached);
  const same = path.steps.map((step) => sameOutcome(subject.original, step.outcome));
  const reducedTo = last.candidate.words.filter((word) => word !== null).length;
  return {
    goal,
    success: path.success,
    firstSuccessStep: goal === 'keep' || first < 0 ? null : first,
    steps: path.steps.length - 1,
    original: describeOutcome(subject.original, id2label),
    final: describeOutcome(last.outcome, id2label),
    probabilities: path.steps.map((step) => probabilityOf(subject.original, step.outcome)),
    samePrediction: same,
    edits: last.candidate.edits.map(({ index, from, to, estimate }, k) => ({
      step: k + 1,
      word: index,
      start: subject.split.spans[index]![0],
      end: subject.split.spans[index]![1],
      from,
      to,
      ...(estimate === undefined ? {} : { estimatedLossChange: estimate }),
    })),
    indices: path.indices,
    texts: path.steps.map((step) => textOf(subject, step.candidate)),
    words,
    wordsChanged: changed,
    reducedTo,
    perturbedShare: words === 0 ? 0 : changed / words,
    queries,
    ...(correct === null ? {} : { correct }),
    ...(correct === false ? { skipped: true } : {}),
    ...(spent ? { budgetSpent: true } : {}),
  };
}

/** Options as they are told with a report: everything that was in force. */
export function echo({ method: _, ...options }: AttackOptions): AttackReport['options'] {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** The numbers of a report that the table of a set is made of. */
export type ReportNumbers = Pick<AttackedInput, 'goal' | 'success' | 'wordsChanged' | 'words' | 'queries'>;

/** Whether the prediction is another one now; input reduction succeeds while it stays. */
function isFlipped({ success, goal }: ReportNumbers): boolean {
  return success && goal !== 'keep';
}
/**
 * TextAttack's table over a set of inputs: wrongly predicted ones are skipped, success rate and means are
 * over the others. The two accuracies are over the inputs whose truth is known, and null when none is
 * (`correct` null, or null for each).
 */
export function datasetTable(
  reports: readonly ReportNumbers[],
  correct: readonly (boolean | null)[] | null,
): AttackTable {
  const total = reports.length;
  const attacked = reports.filter((_, i) => correct?.[i] ?? true);
  const known = reports.filter((_, i) => typeof correct?.[i] === 'boolean');
  const right = reports.filter((_, i) => correct?.[i] === true);
  const share = (part: number): number | null => (known.length === 0 ? null : part / known.length);
  const successes = attacked.filter((report) => report.success);
  const mean = (values: readonly number[]): number | null =>
    values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
  return {
    inputs: total,
    successful: successes.length,
    failed: attacked.length - successes.length,
    skipped: total - attacked.length,
    originalAccuracy: share(right.length),
    accuracyUnderAttack: share(right.filter((report) => !isFlipped(report)).length),
    successRate: attacked.length === 0 ? null : successes.length / attacked.length,
    meanPerturbedShare: mean(successes.map((one) => (one.words === 0 ? 0 : one.wordsChanged / one.words))),
    meanWords: mean(reports.map((one) => one.words)),
    meanQueries: mean(attacked.map((one) => one.queries)),
  };
}
