import { z } from 'zod';
import { evaluationRecords } from '../payload/evaluation-plan.ts';
import { explainMetrics } from '../payload/explain-options.ts';
import { taskOptions } from '../payload/task-options.ts';
import type { Held } from './held.ts';
import { methodOptions, submitFields } from './submit-task.ts';

const methods = z.array(methodOptions).min(1).max(20).optional();

const evaluationFields = {
  model: submitFields.model,
  preprocessing: submitFields.preprocessing,
  adapters: submitFields.adapters,
  averageAdapters: submitFields.averageAdapters,
  priority: submitFields.priority,
  timeToLiveMs: submitFields.timeToLiveMs,
  explain: methods.describe('Explanations to measure and compare, each with its options.'),
  attack: methods.describe('Attacks to run and compare, each with its options.'),
  metrics: z
    .array(z.enum(explainMetrics))
    .min(1)
    .optional()
    .describe('Measures of an explanation; left out: all but mprt.'),
};

const records = <T extends keyof typeof evaluationRecords>(task: T) =>
  z
    .array(evaluationRecords[task])
    .min(1, { error: 'the list is empty; send at least one record' })
    .describe('The dataset.');

/** Body of POST /v1/evaluations: exactly one of `explain` and `attack`; unknown fields are refused. */
export const submitEvaluation = z.discriminatedUnion('task', [
  z.strictObject({
    task: z.literal('sequence-classification').describe('Classes of whole texts, or the choice of one.'),
    options: taskOptions['sequence-classification'].strict().prefault({}).describe('Options of the task.'),
    records: records('sequence-classification'),
    ...evaluationFields,
  }),
  z.strictObject({
    task: z.literal('question-answering').describe('Answers within a context.'),
    options: taskOptions['question-answering'].strict().prefault({}).describe('Options of the task.'),
    records: records('question-answering'),
    ...evaluationFields,
  }),
  z.strictObject({
    task: z.literal('token-classification').describe('Classes of tokens.'),
    options: taskOptions['token-classification'].strict().prefault({}).describe('Options of the task.'),
    records: records('token-classification'),
    ...evaluationFields,
  }),
  z.strictObject({
    task: z.literal('embedding').describe('The cosine of two texts.'),
    options: taskOptions.embedding.strict().prefault({}).describe('Options of the task.'),
    records: records('embedding'),
    ...evaluationFields,
  }),
]);
/** An evaluation as a client holds it: readonly data, such as an `as const` dataset, is taken too. */
export type SubmitEvaluation = Held<z.input<typeof submitEvaluation>>;
