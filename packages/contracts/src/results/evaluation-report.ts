import { z } from 'zod';
import { attackMethods } from '../payload/attack-catalogue.ts';
import { attackedInput, attackTable, describedOutcome, wordAttackReport } from './attack-report.ts';
import { explainedInstance, explanation, measureSpreads, spread, spreadCurve } from './explanation.ts';
import type { Immutable } from './immutable.ts';

/** The report of a dataset that was measured as one task. */

const common = {
  failed: z.int().describe('Records this method could not be applied to; `error` of their rows says why.'),
  budgetSpent: z.int().describe('Records whose budget ended first.'),
  seconds: spread.nullable().describe('Wall time per record.'),
};

/** One explanation method over the dataset. */
export const explainedMethod = z.object({
  ...common,
  method: explanation.shape.method,
  options: explanation.shape.options,
  target: z.string().nullable().describe('What F is.'),
  explained: z.int(),
  modelCalls: spread.nullable(),
  measures: measureSpreads,
  curves: z.object({ deletion: spreadCurve.exactOptional(), insertion: spreadCurve.exactOptional() }),
});
export type ExplainedMethod = Immutable<z.infer<typeof explainedMethod>>;

/** One attack over the dataset; `table` is TextAttack's. */
export const attackedMethod = z.object({
  ...common,
  method: z.enum(attackMethods),
  options: wordAttackReport.shape.options,
  table: attackTable,
  measures: z.record(z.string(), spread),
});
export type AttackedMethod = Immutable<z.infer<typeof attackedMethod>>;

const failedRow = z.object({ error: z.object({ code: z.string(), text: z.string() }) });

/** One explanation of one record; curves by their areas. */
export const explainedRow = explainedInstance
  .pick({ f: true, fBaseline: true, gap: true, nSteps: true, modelCalls: true, target: true })
  .extend({
    topWords: z.array(z.tuple([z.string(), z.number()])).describe('The words with the largest scores.'),
    measures: z.record(z.string(), z.union([z.number(), z.null(), z.array(z.number().nullable())])),
    budgetSpent: z.literal(true).exactOptional(),
    window: explainedInstance.shape.window,
    seconds: z.number(),
  });
export type ExplainedRow = Immutable<z.infer<typeof explainedRow>>;

/** One attack on one record; the texts between the first and the last are left out. */
export const attackedRow = attackedInput
  .omit({
    original: true,
    probabilities: true,
    samePrediction: true,
    indices: true,
    texts: true,
    correct: true,
  })
  .extend({ text: z.string().describe('The text at the end.'), seconds: z.number() });
export type AttackedRow = Immutable<z.infer<typeof attackedRow>>;

/** One record: its prediction, and what each method made of it, in the order of `methods`. */
const rowOf = <R extends z.ZodType>(row: R) =>
  z.object({
    record: z.int(),
    prediction: describedOutcome.nullable(),
    correct: z.boolean().nullable().describe('Null without a true label.'),
    methods: z.array(z.union([failedRow, row])),
  });

const report = {
  records: z.int(),
  accuracy: z
    .object({ mean: z.number(), n: z.int() })
    .nullable()
    .describe('Share of the labelled records that the model gets right.'),
};

/** `fields.evaluation` of the task's result. */
export const evaluationReport = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('explain'),
    ...report,
    methods: z.array(explainedMethod),
    rows: z.array(rowOf(explainedRow)),
  }),
  z.object({
    kind: z.literal('attack'),
    ...report,
    methods: z.array(attackedMethod),
    rows: z.array(rowOf(attackedRow)),
  }),
]);
export type EvaluationReport = Immutable<z.infer<typeof evaluationReport>>;
