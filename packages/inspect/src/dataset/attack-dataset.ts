import { type AttackContext, attack, datasetTable } from '@tessera/attack';
import type { AttackOptions, Gold, Json, JsonObject } from '@tessera/contracts';
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

/** The report of one attack, as `adversarial` has it. */
interface Report {
  readonly goal: string;
  readonly success: boolean;
  readonly skipped?: boolean;
  readonly budget_spent?: boolean;
  readonly texts: readonly string[];
  readonly words: number;
  readonly words_changed: number;
  readonly perturbed_share: number;
  readonly reduced_to: number;
  readonly queries: number;
}

/** What a row shows of a report; the texts between the first and the last are left out. */
const shownMembers = [
  'goal',
  'success',
  'skipped',
  'first_success_step',
  'steps',
  'final',
  'edits',
  'words',
  'words_changed',
  'reduced_to',
  'perturbed_share',
  'queries',
  'budget_spent',
];

/** Attacks every record by every method; TextAttack's table for each. */
export async function attackDataset(
  payload: EvaluationPayload,
  context: SaliencyContext,
  openHelper: OpenHelper,
): Promise<{ readonly methods: Json; readonly measured: readonly MeasuredRecord<JsonObject>[] }> {
  const judge = await attackContext(payload, context, explainContext(context));
  const methods = payload.evaluation.attack.map(
    (options): Method => ({
      options,
      context: { ...judge, ...helperCalls(options, openHelper, context) },
    }),
  );
  const measured = await measureAll<Method, JsonObject>({
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
): Promise<JsonObject> {
  const labelled = { ...options, ...(gold && { labels: [labelOf(gold)] }) };
  return (await attack({ options: labelled, units: [unit] }, { ...context, reportProgress: tick }))
    .adversarial;
}

function labelOf(gold: Gold): number | string | string[] {
  return 'label' in gold ? gold.label : gold.answers;
}

function shown(one: Measured<JsonObject>): Measured<JsonObject> {
  if (!one.ok) return one;
  const { texts } = one.found as unknown as Report;
  const members = shownMembers.flatMap((name) =>
    one.found[name] === undefined ? [] : [[name, one.found[name]] as const],
  );
  return { ...one, found: { ...Object.fromEntries(members), text: texts.at(-1)! } };
}

/**
 * A method over the dataset; spreads are over what TextAttack averages: successes, and queries over all that
 * was attacked.
 */
function summary(
  asked: AttackOptions,
  all: readonly Measured<JsonObject>[],
  correct: readonly (boolean | null)[],
): JsonObject {
  const done = all.flatMap((one, i) =>
    one.ok ? [{ report: one.found as unknown as Report, seconds: one.seconds, correct: correct[i]! }] : [],
  );
  const attacked = done.filter(({ report }) => !report.skipped);
  const successes = attacked.filter(({ report }) => report.success).map(({ report }) => report);
  const table = datasetTable(
    done.map(({ report }) => ({
      success: report.success,
      flipped: report.success && report.goal !== 'keep',
      wordsChanged: report.words_changed,
      words: report.words,
      queries: report.queries,
    })),
    done.map((one) => one.correct),
  );
  const spreads = {
    queries: spreadOf(attacked.map(({ report }) => report.queries)),
    words: spreadOf(attacked.map(({ report }) => report.words)),
    perturbed_share: spreadOf(successes.map((one) => one.perturbed_share)),
    words_changed: spreadOf(successes.map((one) => one.words_changed)),
    // Substitutions keep the number of words.
    reduced_to: spreadOf(successes.filter(({ goal }) => goal === 'keep').map((one) => one.reduced_to)),
  };
  return {
    method: asked.method,
    options: asked as JsonObject,
    failed: all.length - done.length,
    budget_spent: done.filter(({ report }) => report.budget_spent).length,
    seconds: spreadOf(attacked.map(({ seconds }) => seconds)) as Json,
    table,
    measures: Object.fromEntries(
      Object.entries(spreads).filter(([, value]) => value !== null),
    ) as unknown as Json,
  };
}
