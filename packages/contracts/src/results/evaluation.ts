import { z } from 'zod';

/** The report of a dataset that was measured as one task. */

/** Mean and population standard deviation of a number over the records that have it. */
export const spread = z.object({ mean: z.number(), std: z.number(), n: z.int() });
export type Spread = z.infer<typeof spread>;

const curve = spread.extend({
  share: z.array(z.number()).describe('Share of the tokens taken away or put back.'),
  probability: z.array(z.number()).describe('Mean probability at each share.'),
  probability_std: z.array(z.number()),
});

const failure = z.object({ code: z.string(), text: z.string() });

const common = {
  method: z.string(),
  failed: z.int().describe('Records this method could not be applied to; `error` of their rows says why.'),
  budget_spent: z.int().describe('Records whose budget ended first.'),
  seconds: spread.nullable().describe('Wall time per record.'),
};

/** One explanation method over the dataset. */
export const explainedMethod = z.object({
  ...common,
  options: z.record(z.string(), z.unknown()),
  target: z.string().nullable().describe('What F is.'),
  explained: z.int(),
  model_calls: spread.nullable(),
  measures: z.record(z.string(), z.union([spread, z.array(spread)])),
  curves: z.object({ deletion: curve.optional(), insertion: curve.optional() }),
});

/** One attack over the dataset; `table` is TextAttack's. */
export const attackedMethod = z.object({
  ...common,
  options: z.record(z.string(), z.unknown()),
  table: z.object({
    inputs: z.int(),
    successful: z.int(),
    failed: z.int(),
    skipped: z.int().describe('Predicted wrongly to begin with, so not attacked.'),
    original_accuracy: z.number().nullable().describe('Null without true labels.'),
    accuracy_under_attack: z.number().nullable().describe('Null without true labels.'),
    success_rate: z.number().nullable(),
    mean_perturbed_share: z.number().nullable(),
    mean_words: z.number().nullable(),
    mean_queries: z.number().nullable(),
  }),
  measures: z.record(z.string(), spread),
});

/** One record: its prediction, and what each method made of it, in the order of `methods`. */
export const evaluatedRow = z.object({
  record: z.int(),
  prediction: z.record(z.string(), z.unknown()).nullable(),
  correct: z.boolean().nullable().describe('Null without a true label.'),
  methods: z.array(z.union([z.object({ error: failure }), z.record(z.string(), z.unknown())])),
});

/** `fields.evaluation` of the task's result. */
export const evaluationReport = z.object({
  kind: z.enum(['explain', 'attack']),
  records: z.int(),
  accuracy: z
    .object({ mean: z.number(), n: z.int() })
    .nullable()
    .describe('Share of the labelled records that the model gets right.'),
  methods: z.array(z.union([explainedMethod, attackedMethod])),
  rows: z.array(evaluatedRow),
});
export type EvaluationReport = z.infer<typeof evaluationReport>;
