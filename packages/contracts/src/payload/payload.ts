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
  /** Tokenizer limits; null means the model's own. Lengths in tokens, specials included. */
  preprocessing: z
    .object({
      maxLength: z.int().min(1).nullable().default(null),
      /** Tokens shared by two windows of a long context; null means the task's default. */
      stride: z.int().min(0).nullable().default(null),
      addSpecialTokens: z.boolean().nullable().default(null),
    })
    .prefault({}),
  outputAttentions: z.boolean().default(false),
  outputHiddenStates: z.boolean().default(false),
  adapters: z.array(z.string()).default([]),
  averageAdapters: z.boolean().default(false),
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
