import { z } from 'zod';

/** A dataset measured as one task: POST /v1/evaluations, what a job carries of it, and its report. */

/** A class by index or by label. */
const classReference = z.union([z.int().min(0), z.string().min(1)]);

const textRecord = z.strictObject({
  text: z.string(),
  textPair: z.string().optional().describe('A second text, behind the first.'),
  label: classReference.optional().describe('The true class, by index or label.'),
});
const choiceRecord = z.strictObject({
  context: z.string().optional(),
  question: z.string(),
  choices: z.array(z.string()).min(2).describe('Each becomes one row: [context, question + " " + choice].'),
  label: classReference.optional().describe('The right choice, by place or text.'),
});
const answerRecord = z.strictObject({
  question: z.string(),
  context: z.string(),
  answers: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('True answers; "" stands for no answer. Compared as SQuAD compares them.'),
});
const tokenRecord = z.strictObject({ text: z.string() });
const similarityRecord = z.strictObject({
  text: z.string(),
  textPair: z.string().describe('The text that `text` is compared with.'),
});

/** Records by task; the tasks that can be evaluated are the keys. */
export const evaluationRecords = {
  'sequence-classification': z.union([textRecord, choiceRecord], {
    error:
      'expected {text}, {text, textPair} or {question, choices}, with a `label` where it is known and nothing else',
  }),
  'question-answering': answerRecord,
  'token-classification': tokenRecord,
  embedding: similarityRecord,
} as const;
export type EvaluatedTask = keyof typeof evaluationRecords;
export type EvaluationRecord = z.infer<(typeof evaluationRecords)[EvaluatedTask]>;

/** What is true of a record: a class, a choice's place, or any of several answers. */
export const gold = z.union([
  z.object({ label: classReference }),
  z.object({ answers: z.array(z.string()) }),
]);
export type Gold = z.infer<typeof gold>;

const methodOptions = z.record(z.string(), z.unknown());

/** What a job of an evaluation carries beside its rows, which lie in `input` one record after the other. */
export const evaluationPlan = z.object({
  records: z.array(z.object({ rows: z.int().min(1), gold: gold.nullable() })).min(1),
  /** Options of the methods that are compared, of one of the two kinds. */
  explain: z.array(methodOptions),
  attack: z.array(methodOptions),
});
export type EvaluationPlan = z.infer<typeof evaluationPlan>;

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
  seconds: spread.nullable().describe('Wall time a record.'),
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
