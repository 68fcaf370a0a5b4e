import { z } from 'zod';
import { embeddingModes, taskNames } from '../names.ts';
import { evaluationPlan } from '../results/evaluation.ts';

/**
 * The one internal shape of a job, whatever dialect it came in. Dialects parse into it at the edge;
 * behind them nobody knows what the caller called an option.
 */

/** One text, or a pair of texts. What the pair means (context, question), (question, context) is the task's affair. */
export const textInput = z.union([z.string(), z.tuple([z.string(), z.string()])]);
export type TextInput = z.infer<typeof textInput>;

const classificationOptions = z.object({
  isRegression: z.boolean().default(false),
  /** Rows of the input are the choices of one question; logits come back as [1, N]. */
  multipleChoice: z.boolean().default(false),
});
const tokenClassificationOptions = z.object({ isRegression: z.boolean().default(false) });
const embeddingOptions = z.object({
  /** Null: the model's own pooling where it brings one (sentence-transformers), else mean. */
  mode: z.enum(embeddingModes).nullable().default(null),
  normalize: z.boolean().default(false),
  /** Text in front of every input; wins over promptName. */
  prompt: z.string().nullable().default(null),
  /** One of the prompts that a sentence-transformers folder brings. Null: its default prompt, where it has one. */
  promptName: z.string().nullable().default(null),
  /** Values kept of each vector, which is then made of length one; null for the model's own. */
  dimensions: z.int().min(1).nullable().default(null),
});
const questionAnsweringOptions = z.object({
  topk: z.int().min(1).max(1000).default(1),
  /** Longest answer, in tokens. */
  maxAnswerLen: z.int().min(1).default(128),
  showNullAnswers: z.boolean().default(true),
});
/** Generation options are checked by the generation task itself; here they only travel. */
const generationOptions = z.record(z.string(), z.unknown());

export const taskOptions = {
  'sequence-classification': classificationOptions,
  'token-classification': tokenClassificationOptions,
  embedding: embeddingOptions,
  'question-answering': questionAnsweringOptions,
  generation: generationOptions,
} as const;

export type ClassificationOptions = z.infer<typeof classificationOptions>;
export type TokenClassificationOptions = z.infer<typeof tokenClassificationOptions>;
export type EmbeddingOptions = z.infer<typeof embeddingOptions>;
export type QuestionAnsweringOptions = z.infer<typeof questionAnsweringOptions>;
export type GenerationOptions = z.infer<typeof generationOptions>;

/** What every payload has beside its task and options. */
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
  /** Method and options of an explanation; null for none. */
  explain: z.record(z.string(), z.unknown()).nullable().default(null),
  /** Method and options of an attack; null for none. */
  attack: z.record(z.string(), z.unknown()).nullable().default(null),
} as const;

/** What a job has beyond what a caller of POST /v1/tasks may say. */
const jobFields = {
  ...payloadFields,
  /** The rows of `input` are a dataset to be measured; explain and attack are null then. */
  evaluation: evaluationPlan.optional(),
};

/** What a task row stores in `payload` and a model process receives. */
export const jobPayload = z.discriminatedUnion('task', [
  z.object({
    task: z.literal('sequence-classification'),
    options: classificationOptions.prefault({}),
    ...jobFields,
  }),
  z.object({
    task: z.literal('token-classification'),
    options: tokenClassificationOptions.prefault({}),
    ...jobFields,
  }),
  z.object({ task: z.literal('embedding'), options: embeddingOptions.prefault({}), ...jobFields }),
  z.object({
    task: z.literal('question-answering'),
    options: questionAnsweringOptions.prefault({}),
    ...jobFields,
  }),
  z.object({
    task: z.literal('generation'),
    options: generationOptions.default({}),
    /** Somebody listens: each piece of text is told as it is made. */
    streamTokens: z.boolean().optional(),
    ...jobFields,
  }),
]);
export type JobPayload = z.infer<typeof jobPayload>;
export type PayloadOf<T extends JobPayload['task']> = Extract<JobPayload, { task: T }>;

export const taskName = z.enum(taskNames);
