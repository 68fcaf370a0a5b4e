import { z } from 'zod';
import type { TaskName } from '../names.ts';
import type { Immutable } from './immutable.ts';

const id2label = z.record(z.string(), z.string()).describe("The model's labels by class index.");
const wordIds = z
  .array(z.array(z.int().nullable()))
  .describe('By input and token: which word of its text; null for special tokens.');

/** One answer. */
export const answer = z.object({
  score: z.number().describe('From 0 to 1: probability of its start times that of its end.'),
  start: z.int().describe('[start, end) in code points of the context; 0, 0 for no answer.'),
  end: z.int().describe('Where it ends.'),
  answer: z.string().describe('That part of the context; "" for no answer.'),
});
export type Answer = Immutable<z.infer<typeof answer>>;

/** What each task predicts beside its tensors; a task without a row does not compile. */
export const predictions = {
  'sequence-classification': z.object({
    labels: z
      .array(z.int())
      .describe('Classes by input; the place of the choice in multiple choice; empty for a regression.'),
    id2label,
    labelSets: z
      .array(z.array(z.int()))
      .exactOptional()
      .describe('All classes of each input, where they do not exclude each other.'),
  }),
  'token-classification': z.object({
    labels: z.array(z.array(z.int())).describe('Classes by input and token; empty for a regression.'),
    id2label,
    wordIds,
    tokens: z
      .array(z.array(z.string().nullable()))
      .describe('By input and token; null where a row was padded.'),
    offsets: z
      .array(z.array(z.tuple([z.int(), z.int()])))
      .describe('By input and token: [start, end) in code points of the text.'),
  }),
  embedding: z.object({
    mode: z
      .string()
      .nullable()
      .describe("How tokens were pooled; null when the model's own pipeline did it."),
    wordIds: wordIds.exactOptional().describe('In `token` mode: which word a token belongs to.'),
  }),
  'question-answering': z.object({
    answers: z.array(z.array(answer)).describe('By input, best first.'),
  }),
  generation: z.object({
    generatedTexts: z.array(z.array(z.string())).describe('By input, best first.'),
    finishReasons: z.array(z.array(z.string())).describe('Why each text ended.'),
    inputLengths: z.array(z.int()).describe('Tokens of each prompt.'),
    seed: z.int().exactOptional().describe('Draws a sampled text again.'),
  }),
} as const satisfies Readonly<Record<TaskName, z.ZodObject>>;

/** What a task's head says of the inputs. */
export type Prediction<T extends TaskName = TaskName> = {
  [K in T]: Immutable<z.infer<(typeof predictions)[K]>>;
}[T];
