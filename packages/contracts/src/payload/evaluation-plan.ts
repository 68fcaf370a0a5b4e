import { z } from 'zod';
import { attackOptions } from './attack-options.ts';
import { classReference } from './class-reference.ts';
import { explainOptions } from './explain-options.ts';

/**
 * A dataset measured as one task: its records as POST /v1/evaluations takes them, and what a job carries of
 * them.
 */

const textRecord = z.strictObject({
  text: z.string().describe('The text to classify.'),
  textPair: z.string().optional().describe('A second text, behind the first.'),
  label: classReference.optional().describe('The true class, by index or label.'),
});
const choiceRecord = z.strictObject({
  context: z.string().optional().describe('What the question is about.'),
  question: z.string().describe('What is asked.'),
  choices: z.array(z.string()).min(2).describe('Each becomes one row: [context, question + " " + choice].'),
  label: classReference.optional().describe('The right choice, by place or text.'),
});
const answerRecord = z.strictObject({
  question: z.string().describe('What is asked.'),
  context: z.string().describe('The text that holds the answer.'),
  answers: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('True answers; "" stands for no answer. Compared as SQuAD compares them.'),
});
const tokenRecord = z.strictObject({ text: z.string().describe('The text whose tokens are classified.') });
const similarityRecord = z.strictObject({
  text: z.string().describe('The text whose part in the cosine is explained.'),
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

/** Words of an explanation that a row of the report shows unless top_k says otherwise. */
export const evaluationTopK = 3;

/** What a job of an evaluation carries beside its rows, which lie in `input` one record after the other. */
export const evaluationPlan = z.object({
  records: z.array(z.object({ rows: z.int().min(1), gold: gold.nullable() })).min(1),
  /** Options of the methods that are compared, of one of the two kinds. */
  explain: z.array(explainOptions),
  attack: z.array(attackOptions),
});
export type EvaluationPlan = z.infer<typeof evaluationPlan>;
