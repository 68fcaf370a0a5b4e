import { z } from 'zod';
import { attackMethods } from '../payload/attack-catalogue.ts';
import { attackedInput, attackTable, describedOutcome, wordAttackReport } from './attack-report.ts';
import { explainedInstance, explanation, measureSpreads, spread, spreadCurve } from './explanation.ts';
import type { Immutable } from './immutable.ts';

/** The report of a dataset that was measured as one task. */

const common = {
  failed: z.int().describe('Records this method could not be applied to; `error` of their rows says why.'),
  budgetSpent: z.int().describe('Records whose budget ended first.'),
  seconds: spread.nullable().describe('Wall time per record, in seconds.'),
};

/** One explanation method over the dataset. */
export const explainedMethod = z.object({
  ...common,
  method: explanation.shape.method,
  options: explanation.shape.options,
  target: z.string().nullable().describe('What F is.'),
  explained: z.int().describe('Records that were explained.'),
  modelCalls: spread.nullable().describe('Rows through the model per record; null where none was explained.'),
  measures: measureSpreads.describe('How good the explanations are, by measure.'),
  curves: z
    .object({
      deletion: spreadCurve.exactOptional().describe('As the best tokens are replaced.'),
      insertion: spreadCurve.exactOptional().describe('As the best tokens are put back.'),
    })
    .describe('Mean probability of what is explained.'),
});
export type ExplainedMethod = Immutable<z.infer<typeof explainedMethod>>;

/** One attack over the dataset; `table` is TextAttack's. */
export const attackedMethod = z.object({
  ...common,
  method: z.enum(attackMethods).describe('The attack.'),
  options: wordAttackReport.shape.options,
  table: attackTable.describe("TextAttack's table."),
  measures: z.record(z.string(), spread).describe('Numbers of the rows, by name.'),
});
export type AttackedMethod = Immutable<z.infer<typeof attackedMethod>>;

const failedRow = z.object({
  error: z
    .object({
      code: z.string().describe('A row of the error catalogue.'),
      text: z.string().describe('What went wrong.'),
    })
    .describe('Why the method could not be applied.'),
});

/** One explanation of one record; curves by their areas. */
export const explainedRow = explainedInstance
  .pick({ f: true, fBaseline: true, gap: true, nSteps: true, modelCalls: true, target: true })
  .extend({
    topWords: z.array(z.tuple([z.string(), z.number()])).describe('The words with the largest scores.'),
    measures: z
      .record(z.string(), z.union([z.number(), z.null(), z.array(z.number().nullable())]))
      .describe('How good it is, by measure; curves by their areas.'),
    budgetSpent: explainedInstance.shape.budgetSpent,
    window: explainedInstance.shape.window,
    seconds: z.number().describe('Wall time, in seconds.'),
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
  .extend({
    text: z.string().describe('The text at the end.'),
    seconds: z.number().describe('Wall time, in seconds.'),
  });
export type AttackedRow = Immutable<z.infer<typeof attackedRow>>;

/** One record: its prediction, and what each method made of it, in the order of `methods`. */
const rowOf = <R extends z.ZodType>(row: R) =>
  z.object({
    record: z.int().describe('Its place in the dataset, from 0.'),
    prediction: describedOutcome
      .nullable()
      .describe('What the model said; null where that is no class or answer.'),
    correct: z.boolean().nullable().describe('Null without a true label.'),
    methods: z
      .array(z.union([failedRow, row]))
      .describe('What each method made of it, in the order of `methods`.'),
  });

const report = {
  records: z.int().describe('Records in all.'),
  accuracy: z
    .object({
      mean: z.number().describe('The share.'),
      n: z.int().describe('Records whose truth is known.'),
    })
    .nullable()
    .describe('Share of the labelled records that the model gets right.'),
};

/** `fields.evaluation` of the task's result. */
export const evaluationReport = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('explain').describe('Explanations were compared.'),
    ...report,
    methods: z.array(explainedMethod).describe('In the order of the request.'),
    rows: z.array(rowOf(explainedRow)).describe('One per record.'),
  }),
  z.object({
    kind: z.literal('attack').describe('Attacks were compared.'),
    ...report,
    methods: z.array(attackedMethod).describe('In the order of the request.'),
    rows: z.array(rowOf(attackedRow)).describe('One per record.'),
  }),
]);
export type EvaluationReport = Immutable<z.infer<typeof evaluationReport>>;
