import { z } from 'zod';
import { embeddingModes, type ModelClass, type TaskName } from '../names.ts';
import { generationOptions } from './generation-options.ts';

/** Options of every task; a task without them does not compile. */
export const taskOptions = {
  'sequence-classification': z.object({
    isRegression: z.boolean().default(false).describe('The outputs are values: no softmax, no classes.'),
    multipleChoice: z
      .boolean()
      .default(false)
      .describe('The inputs are the choices of one question; logits come back as [1, N].'),
  }),
  'token-classification': z.object({
    isRegression: z.boolean().default(false).describe('The outputs are values: no softmax, no classes.'),
  }),
  embedding: z.object({
    mode: z
      .enum(embeddingModes)
      .nullable()
      .default(null)
      .describe(
        "How tokens are pooled; null: the model's own way where it brings one (sentence-transformers), else mean.",
      ),
    normalize: z.boolean().default(false).describe('Divides each vector by its Euclidean length.'),
    prompt: z
      .string()
      .nullable()
      .default(null)
      .describe('Text in front of every input; wins over promptName.'),
    promptName: z
      .string()
      .nullable()
      .default(null)
      .describe('A prompt that a sentence-transformers folder brings; null: its default, where it has one.'),
    dimensions: z
      .int()
      .min(1)
      .nullable()
      .default(null)
      .describe("Values kept of each vector, which is then made of length one; null for the model's own."),
  }),
  'question-answering': z.object({
    topk: z.int().min(1).max(1000).default(1).describe('Answers of each input at the most.'),
    maxAnswerLen: z.int().min(1).default(128).describe('Longest answer, in tokens.'),
    showNullAnswers: z
      .boolean()
      .default(true)
      .describe('Lists the answer "" with its score; else it stands only where there is no other.'),
  }),
  generation: generationOptions,
} as const satisfies Readonly<Record<TaskName, z.ZodObject>>;

/** SQuARE's name for the class of a model that does a task. */
export const modelClassOf: Readonly<Record<TaskName, ModelClass>> = {
  'sequence-classification': 'sequence_classification',
  'token-classification': 'token_classification',
  'question-answering': 'question_answering',
  embedding: 'base',
  generation: 'generation',
};

/** The options of a task, parsed. */
export type TaskOptions<T extends TaskName = TaskName> = z.infer<(typeof taskOptions)[T]>;

/** A task with its options: the two belong together. */
export type TaskWithOptions<T extends TaskName = TaskName> = {
  [K in T]: { task: K; options: TaskOptions<K> };
}[T];

export type ClassificationOptions = TaskOptions<'sequence-classification'>;
export type EmbeddingOptions = TaskOptions<'embedding'>;
