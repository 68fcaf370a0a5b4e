import { type AttackContext, attack, datasetTable } from '@tessera/attack';
import type { AttackedInput, AttackedMethod, AttackedRow, AttackOptions, Gold } from '@tessera/contracts';
import { spreadOf } from '@tessera/explain';
import { attackContext } from '../contexts/attack-context.ts';
import { explainContext, type SaliencyContext } from '../contexts/explain-context.ts';
import { helperCalls, type OpenHelper } from '../other-models/helper-models.ts';
import { type Measured, type MeasuredRecord, measureAll } from './measure-all.ts';
import { type EvaluatedRecord, type EvaluationPayload, recordsOf } from './records.ts';

interface Method {
  readonly options: AttackOptions;
  readonly context: AttackContext;
}

/** Attacks every record by every method; TextAttack's table for each. */
export async function attackDataset(
  payload: EvaluationPayload,
  context: SaliencyContext,
  openHelper: OpenHelper,
): Promise<{
  readonly methods: readonly AttackedMethod[];
  readonly measured: readonly MeasuredRecord<Omit<AttackedRow, 'seconds'>>[];
}> {
  const judge = await attackContext(payload, context, explainContext(context));
  const methods = payload.evaluation.attack.map(
    (options): Method => ({
      options,
      context: { ...judge, ...helperCalls(options, openHelper, context) },
    }),
  );
  const measured = await measureAll<Method, AttackedInput>({
    records: recordsOf(payload),
    methods,
    kind: 'attack',
    context,
    nameOf: ({ options }) => options.method,
    predict: async ({ unit }) => (await judge.predict([unit]))[0] ?? null,
    run: async (method, { record, tick }) => attackOne(method, record, tick),
  });
  const correct = measured.map((row) => row.correct);
  return {
    methods: methods.map(({ options }, m) =>
      summary(
        options,
        measured.map((row) => row.methods[m]!),
        correct,
      ),
    ),
    measured: measured.map((row) => ({ ...row, methods: row.methods.map(shown) })),
  };
}

async function attackOne(
  { options, context }: Method,
  { unit, gold }: EvaluatedRecord,
  tick: () => void,
): Promise<AttackedInput> {
  const labelled = { ...options, ...(gold && { labels: [labelOf(gold)] }) };
  const { report } = await attack({ options: labelled, units: [unit] }, { ...context, reportProgress: tick });
  if ('inputs' in report) return report.inputs[0]!;
  throw new Error(`${report.method} has no report of a single input`);
}

function labelOf(gold: Gold): number | string | string[] {
  return 'label' in gold ? gold.label : gold.answers;
}

/** A row as it is shown: without the texts between the first and the last. */
function shown(one: Measured<AttackedInput>): Measured<Omit<AttackedRow, 'seconds'>> {
  if (!one.ok) return one;
  const {
    original: _,
    probabilities: __,
    samePrediction: ___,
    indices: ____,
    texts,
    correct: _____,
    ...rest
  } = one.found;
  return { ...one, found: { ...rest, text: texts.at(-1)! } };
}

/**
 * A method over the dataset; spreads are over what TextAttack averages: successes, and queries over all that
 * was attacked.
 */
function summary(
  { method, ...options }: AttackOptions,
  all: readonly Measured<AttackedInput>[],
  correct: readonly (boolean | null)[],
): AttackedMethod {
  const done = all.flatMap((one, i) =>
    one.ok ? [{ report: one.found, seconds: one.seconds, correct: correct[i]! }] : [],
  );
  const attacked = done.filter(({ report }) => !report.skipped);
  const successes = attacked.filter(({ report }) => report.success).map(({ report }) => report);
  const table = datasetTable(
    done.map(({ report }) => report),
    done.map((one) => one.correct),
  );
  const spreads = {
    queries: spreadOf(attacked.map(({ report }) => report.queries)),
    words: spreadOf(attacked.map(({ report }) => report.words)),
    perturbedShare: spreadOf(successes.map((one) => one.perturbedShare)),
    wordsChanged: spreadOf(successes.map((one) => one.wordsChanged)),
    // Substitutions keep the number of words.
    reducedTo: spreadOf(successes.filter(({ goal }) => goal === 'keep').map((one) => one.reducedTo)),
  };
  return {
    method,
    options,
    failed: all.length - done.length,
    budgetSpent: done.filter(({ report }) => report.budgetSpent).length,
    seconds: spreadOf(attacked.map(({ seconds }) => seconds)),
    table,
    measures: Object.fromEntries(
      Object.entries(spreads).flatMap(([name, value]) => (value ? [[name, value]] : [])),
    ),
  };
}
