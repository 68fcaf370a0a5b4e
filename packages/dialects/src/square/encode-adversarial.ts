import type {
  AttackedInput,
  AttackReport,
  AttackTable,
  BehaviourReport,
  Json,
  JsonObject,
  TextInput,
  WordAttackReport,
} from '@tessera/contracts';
import { stretched } from './pad-sliders.ts';

/**
 * An attack as SQuARE shows it: `adversarial` with the texts of the rows beside it
 * (docs/square-wire.md#attack-requests, #attack-replies).
 */
export function encodeAdversarial(report: AttackReport): JsonObject {
  if ('inputs' in report) return wordAttack(report);
  const { method, queries, budgetSpent } = report;
  const spent = budgetSpent ? { budget_spent: budgetSpent } : {};
  if ('tests' in report)
    return {
      contexts: report.tests.flatMap(({ cases }) => cases.map(({ after }) => firstText(after[0]!))),
      questions: [],
      adversarial: { indices: [], method, tests: report.tests.map(encodeTest), queries, ...spent },
    };
  const { trigger, successRate, successRateWithout, originals, texts } = report;
  return {
    contexts: texts,
    questions: [],
    adversarial: {
      indices: trigger.map((_, i) => i),
      method,
      trigger,
      success_rate: successRate,
      success_rate_without: successRateWithout,
      inputs: texts.length,
      queries,
      originals,
      ...spent,
    },
  };
}

function wordAttack(report: WordAttackReport): JsonObject {
  const { method, inputs, table } = report;
  const { texts, indices } = stretched(report);
  const isQuestion = report.edits === 'question';
  return {
    contexts: isQuestion ? [] : texts,
    questions: isQuestion ? texts : [],
    adversarial: {
      indices,
      method,
      ...encodeInput(inputs[0]!),
      ...(inputs.length > 1 && {
        inputs: inputs.map((one) => ({ ...encodeInput(one), indices: one.indices })),
        table: table ? encodeTable(table) : null,
      }),
    },
  };
}

function encodeInput(input: AttackedInput): JsonObject {
  const { correct, skipped, budgetSpent } = input;
  return {
    goal: input.goal,
    success: input.success,
    first_success_step: input.firstSuccessStep,
    steps: input.steps,
    original: input.original,
    final: input.final,
    probabilities: input.probabilities,
    same_prediction: input.samePrediction,
    edits: input.edits.map(
      ({ estimatedLossChange, ...edit }): Json => ({
        ...edit,
        ...(estimatedLossChange === undefined ? {} : { estimated_loss_change: estimatedLossChange }),
      }),
    ),
    texts: input.texts,
    words: input.words,
    words_changed: input.wordsChanged,
    reduced_to: input.reducedTo,
    perturbed_share: input.perturbedShare,
    queries: input.queries,
    ...(correct === undefined ? {} : { correct }),
    ...(skipped && { skipped }),
    ...(budgetSpent && { budget_spent: budgetSpent }),
  };
}

function encodeTable(table: AttackTable): JsonObject {
  return {
    inputs: table.inputs,
    successful: table.successful,
    failed: table.failed,
    skipped: table.skipped,
    original_accuracy: table.originalAccuracy,
    accuracy_under_attack: table.accuracyUnderAttack,
    success_rate: table.successRate,
    mean_perturbed_share: table.meanPerturbedShare,
    mean_words: table.meanWords,
    mean_queries: table.meanQueries,
  };
}

/** A test as the page of behavioural tests of SQuARE's front-end reads it. */
function encodeTest(test: BehaviourReport): JsonObject {
  return {
    test_name: test.name,
    test_type: test.kind === 'invariance' ? 'INV' : 'DIR',
    capability: test.capability,
    total_cases: test.total,
    failed_cases: test.failed,
    success_cases: test.total - test.failed,
    failure_rate: test.failureRate,
    test_cases: test.cases.map(({ before, after, predictionBefore, predictionAfter, passed }) => ({
      before,
      after,
      prediction_before: predictionBefore,
      prediction_after: predictionAfter,
      success: passed,
    })),
  };
}

function firstText(row: TextInput | readonly [string, string]): string {
  return typeof row === 'string' ? row : row[0];
}
