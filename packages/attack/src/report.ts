import type { JsonObject } from '@tessera/contracts';
import { describeOutcome, probabilityOf, sameOutcome } from './outcome.ts';
import type { AttackPath } from './recipes/recipe.ts';
import { type AttackSubject, textOf } from './subject.ts';

/** What happened to one input. Numbers that a dataset's table is made of have names of their own. */
export interface AttackReport {
  readonly success: boolean;
  /** Whether the prediction is another one now; input reduction succeeds while it stays. */
  readonly flipped: boolean;
  readonly wordsChanged: number;
  readonly words: number;
  readonly queries: number;
  readonly json: JsonObject;
}

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

export function reportOf({
  subject,
  path,
  goal,
  queries,
  spent,
  correct,
  id2label,
}: ReportCall): AttackReport {
  const last = path.steps.at(-1)!;
  const words = subject.split.words.length;
  const changed = last.candidate.words.filter((word, i) => word !== subject.split.words[i]).length;
  const first = path.steps.findIndex((step, k) => k > 0 && step.reached);
  const same = path.steps.map((step) => sameOutcome(subject.original, step.outcome));
  const reducedTo = last.candidate.words.filter((word) => word !== null).length;
  return {
    success: path.success,
    flipped: path.success && goal !== 'keep',
    wordsChanged: changed,
    words,
    queries,
    json: {
      goal,
      success: path.success,
      first_success_step: goal === 'keep' || first < 0 ? null : first,
      steps: path.steps.length - 1,
      original: describeOutcome(subject.original, id2label),
      final: describeOutcome(last.outcome, id2label),
      probabilities: path.steps.map((step) => probabilityOf(subject.original, step.outcome)),
      same_prediction: same,
      edits: last.candidate.edits.map(({ index, from, to, estimate }, k) => ({
        step: k + 1,
        word: index,
        start: subject.split.spans[index]![0],
        end: subject.split.spans[index]![1],
        from,
        to,
        ...(estimate === undefined ? {} : { estimated_loss_change: estimate }),
      })),
      texts: path.steps.map((step) => textOf(subject, step.candidate)),
      words,
      words_changed: changed,
      reduced_to: reducedTo,
      perturbed_share: words === 0 ? 0 : changed / words,
      queries,
      ...(correct === null ? {} : { correct }),
      ...(correct === false ? { skipped: true } : {}),
      ...(spent ? { budget_spent: true } : {}),
    },
  };
}

/** The numbers of a report that the table of a set is made of. */
export type ReportNumbers = Omit<AttackReport, 'json'>;

/**
 * TextAttack's table over a set of inputs: wrongly predicted ones are skipped, success rate and means are
 * over the others. The two accuracies are over the inputs whose truth is known, and null when none is
 * (`correct` null, or null for each).
 */
export function datasetTable(
  reports: readonly ReportNumbers[],
  correct: readonly (boolean | null)[] | null,
): JsonObject {
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
    original_accuracy: share(right.length),
    accuracy_under_attack: share(right.filter((report) => !report.flipped).length),
    success_rate: attacked.length === 0 ? null : successes.length / attacked.length,
    mean_perturbed_share: mean(successes.map((one) => (one.words === 0 ? 0 : one.wordsChanged / one.words))),
    mean_words: mean(reports.map((one) => one.words)),
    mean_queries: mean(attacked.map((one) => one.queries)),
  };
}
