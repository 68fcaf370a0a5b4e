import { z } from 'zod';
import { type TaskName, taskNames } from '../names.ts';
import { attackOptions } from './attack-options.ts';
import { evaluationPlan } from './evaluation-plan.ts';
import { explainOptions } from './explain-options.ts';
import { type TaskWithOptions, taskOptions } from './task-options.ts';

/**
 * The one internal shape of a job, whatever dialect it came in. A dialect parses a request into it, with
 * every default filled in; behind the dialects nobody parses options or knows what the caller called them.
 */

/**
 * One text, or a pair of texts. What the pair means (context, question), (question, context) is the task's
 * affair.
 */
export const textInput = z.union([z.string(), z.tuple([z.string(), z.string()])]);
export type TextInput = z.infer<typeof textInput>;

/**
 * What both a request of the native API and a payload have beside the task, its options, and what is to be
 * looked into.
 */
export const payloadFields = {
  input: z.array(textInput).min(1),
  preprocessing: z
    .object({
      maxLength: z
        .int()
        .min(1)
        .nullable()
        .default(null)
        .describe("Tokens of one input at the most, special tokens included; null for the model's limit."),
      stride: z
        .int()
        .min(0)
        .nullable()
        .default(null)
        .describe('Tokens shared by two windows of a long context; null for 128.'),
      addSpecialTokens: z
        .boolean()
        .nullable()
        .default(null)
        .describe('Whether the tokens that the model was trained with, such as [CLS], are added; null: yes.'),
    })
    .prefault({})
    .describe('How texts become tokens.'),
  outputAttentions: z
    .boolean()
    .default(false)
    .describe('Adds the attention weights of every layer to the tensors.'),
  outputHiddenStates: z
    .boolean()
    .default(false)
    .describe('Adds the hidden states of every layer to the tensors.'),
  adapters: z.array(z.string()).default([]).describe('LoRA adapters of the model, by name.'),
  averageAdapters: z
    .boolean()
    .default(false)
    .describe('Whether several adapters are averaged; must be true for more than one.'),
} as const;

const jobFields = z.object({
  ...payloadFields,
  /** The explanation that is asked for; null for none. */
  explain: explainOptions.nullable().default(null),
  /** The attack that is asked for; null for none. */
  attack: attackOptions.nullable().default(null),
  /** The rows of `input` are a dataset to be measured; explain and attack are null then. */
  evaluation: evaluationPlan.optional(),
  /** Of a generation: somebody listens, so each piece of text is told as it is made. */
  streamTokens: z.boolean().optional(),
  /** What the caller should know of the options, such as those that were ignored; told with the result. */
  warnings: z.array(z.string()).optional(),
});

/** What a task row stores and a model process receives; of one task where its name is given. */
export type JobPayload<T extends TaskName = TaskName> = {
  [K in T]: TaskWithOptions<K> & z.infer<typeof jobFields>;
}[T];

/** A payload in any stage: what is missing is filled in. */
export const jobPayload = z.discriminatedUnion(
  'task',
  // The compiler cannot follow a map over the names; the two types are written from the same schemas.
  taskNames.map((task) => {
    const options: z.ZodObject = taskOptions[task];
    return jobFields.extend({ task: z.literal(task), options: options.prefault({}) });
  }) as never,
) as z.ZodType<JobPayload>;
