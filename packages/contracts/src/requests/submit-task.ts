import { z } from 'zod';
import { tensorEncodings } from '../names.ts';
import { payloadFields, textInput } from '../payload/payload.ts';
import { taskOptions } from '../payload/task-options.ts';
import type { Held } from './held.ts';

/**
 * Options as they are sent; the dialect parses them, because what is wrong with them depends on the model
 * too.
 */
export const methodOptions = z.record(z.string(), z.unknown());

/** Ten years: longer than any task waits, and short enough for every clock. */
const longestMs = 10 * 366 * 24 * 3_600_000;

/** What every body of POST /v1/tasks has beside its task and options. */
export const submitFields = {
  ...payloadFields,
  model: z.string().min(1).describe('Identifier of the model, as GET /v1/models lists it.'),
  input: z
    .array(
      z.union([textInput.options[0], textInput.options[1]], { error: 'expected a text or a pair of texts' }),
    )
    .min(1, { error: 'the list is empty; send at least one text' })
    .describe('Texts, or pairs of texts.'),
  explain: methodOptions
    .nullable()
    .default(null)
    .describe('Method and options of an explanation (docs/explanations.md); null for none.'),
  attack: methodOptions
    .nullable()
    .default(null)
    .describe('Method and options of an attack (docs/attacks.md); null for none.'),
  priority: z.int().min(-10).max(10).default(0).describe('0 is normal; larger runs earlier.'),
  timeToLiveMs: z
    .int()
    .min(1)
    .max(longestMs)
    .nullable()
    .default(null)
    .describe('How long the task may wait in the queue, in milliseconds; null for ever.'),
  tensors: z
    .enum(tensorEncodings)
    .default('list')
    .describe('How tensors are written when this request waits for its result (Prefer: wait=N).'),
};

/** Body of POST /v1/tasks; unknown fields are refused. */
export const submitTask = z.discriminatedUnion('task', [
  z.strictObject({
    task: z.literal('sequence-classification').describe('Classes of whole texts, or of pairs.'),
    options: taskOptions['sequence-classification'].strict().prefault({}).describe('Options of the task.'),
    ...submitFields,
  }),
  z.strictObject({
    task: z.literal('token-classification').describe('Classes of tokens.'),
    options: taskOptions['token-classification'].strict().prefault({}).describe('Options of the task.'),
    ...submitFields,
  }),
  z.strictObject({
    task: z.literal('embedding').describe('Vectors of texts.'),
    options: taskOptions.embedding.strict().prefault({}).describe('Options of the task.'),
    ...submitFields,
  }),
  z.strictObject({
    task: z
      .literal('question-answering')
      .describe('Answers within a context; inputs are pairs [question, context].'),
    options: taskOptions['question-answering'].strict().prefault({}).describe('Options of the task.'),
    ...submitFields,
  }),
  z.strictObject({
    task: z.literal('generation').describe('Text from text.'),
    options: methodOptions
      .default({})
      .describe(
        "Options of the task, under the names of transformers' GenerationConfig (docs/generation.md).",
      ),
    ...submitFields,
  }),
]);
/** A task as a client holds it: readonly data is taken too. */
export type SubmitTask = Held<z.input<typeof submitTask>>;
