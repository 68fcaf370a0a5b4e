import { z } from 'zod';
import { embeddingModes, type ModelClass, type TaskName } from '../names.ts';
import { generationOptions } from './generation-options.ts';

/** Options of every task; a task without them does not compile. */
export const taskOptions = {
  'sequence-classification': z.object({
    isRegression: z.boolean().default(false),
    /** Rows of the input are the choices of one question; logits come back as [1, N]. */
    multipleChoice: z.boolean().default(false),
  }),
  'token-classification': z.object({ isRegression: z.boolean().default(false) }),
  embedding: z.object({
    /** Null: the model's own pooling where it brings one (sentence-transformers), else mean. */
    mode: z.enum(embeddingModes).nullable().default(null),
    normalize: z.boolean().default(false),
    /** Text in front of every input; wins over promptName. */
    prompt: z.string().nullable().default(null),
    /**
     * One of the prompts that a sentence-transformers folder brings. Null: its default prompt, where it has
     * one.
     */
    promptName: z.string().nullable().default(null),
    /** Values kept of each vector, which is then made of length one; null for the model's own. */
    dimensions: z.int().min(1).nullable().default(null),
  }),
  'question-answering': z.object({
    topk: z.int().min(1).max(1000).default(1),
    /** Longest answer, in tokens. */
    maxAnswerLen: z.int().min(1).default(128),
    showNullAnswers: z.boolean().default(true),
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
