import type { EvaluationReport, TaskResult } from '@tessera/contracts';
import type { SaliencyContext } from '../contexts/explain-context.ts';
import type { OpenHelper } from '../other-models/helper-models.ts';
import { keepShuffles } from '../other-models/randomized-model.ts';
import { attackDataset } from './attack-dataset.ts';
import { explainDataset } from './explain-dataset.ts';
import type { MeasuredRecord } from './measure-all.ts';
import type { EvaluationPayload } from './records.ts';

/**
 * Measures methods of explanation, or attacks, over a dataset: the report holds a summary per method and a
 * row per record (contracts: evaluationReport). The budget of a method is for each record. Throws
 * TASK_CANCELLED, CAPABILITY_MISSING, and INPUT_INVALID when no record could be measured at all.
 */
export async function runEvaluation(
  payload: EvaluationPayload,
  context: SaliencyContext,
  openHelper: OpenHelper,
): Promise<TaskResult> {
  if (payload.evaluation.attack.length > 0) {
    const { methods, measured } = await attackDataset(payload, context, openHelper);
    const { rows, ...common } = summaryOf(measured);
    return resultOf({ kind: 'attack', ...common, methods, rows }, measured);
  }
  const { methods, measured } = await explainKept(payload, context);
  const { rows, ...common } = summaryOf(measured);
  return resultOf({ kind: 'explain', ...common, methods, rows }, measured);
}

function resultOf(evaluation: EvaluationReport, measured: readonly MeasuredRecord<object>[]): TaskResult {
  return { prediction: null, evaluation, tensors: {}, warnings: warningsOf(measured) };
}

/** What the reports of both kinds tell of the records. */
function summaryOf<T extends object>(measured: readonly MeasuredRecord<T>[]) {
  const judged = measured.filter(({ correct }) => correct !== null);
  const right = judged.filter(({ correct }) => correct).length;
  return {
    records: measured.length,
    accuracy: judged.length === 0 ? null : { mean: right / judged.length, n: judged.length },
    rows: measured.map(({ record, prediction, correct, methods }) => ({
      record,
      prediction,
      correct,
      methods: methods.map((one) =>
        one.ok ? { ...one.found, seconds: one.seconds } : { error: { ...one.error } },
      ),
    })),
  };
}

/** The randomisation check's models are the same for every record. */
async function explainKept(payload: EvaluationPayload, context: SaliencyContext) {
  const { make, removeAll } = keepShuffles();
  const { files } = context;
  try {
    return await explainDataset(payload, {
      ...context,
      ...(files && { files: { ...files, shuffle: make } }),
    });
  } finally {
    await removeAll();
  }
}

function warningsOf(measured: readonly MeasuredRecord<object>[]): readonly string[] {
  const failed = measured.filter(({ methods }) => methods.some((one) => !one.ok));
  const [first] = failed;
  return first
    ? [
        `${failed.length} of ${measured.length} records could not be measured by every method, the first being record ${first.record}; their rows say why.`,
      ]
    : [];
}
