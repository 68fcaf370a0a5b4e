import { z } from 'zod';
import { attackMethods } from '../payload/attack-catalogue.ts';
import { attackOptions } from '../payload/attack-options.ts';
import { textInput } from '../payload/payload.ts';
import type { Immutable } from './immutable.ts';

/** What the model said of one input, as reports tell it. */
export const describedOutcome = z.union([
  z.object({
    answer: z.string().describe('The best answer.'),
    start: z.int().describe('[start, end) in code points of the context.'),
    end: z.int().describe('Where it ends.'),
    probability: z.number().describe('Its score, from 0 to 1.'),
  }),
  z.object({
    label: z.int().describe('The predicted class, or the choice.'),
    name: z.string().nullable().describe('Its label; null for a choice.'),
    probability: z.number().nullable().describe('Its probability.'),
    probabilities: z.array(z.number()).describe('Of each class, or of each choice.'),
  }),
]);
export type DescribedOutcome = Immutable<z.infer<typeof describedOutcome>>;

const budgetSpent = z.literal(true).describe('The budget ended before the attack did.');

const edit = z.object({
  step: z.int().describe('From 1.'),
  word: z.int().describe('Its place among the white-space words of the text, from 0.'),
  start: z.int().describe('[start, end) in code points of the attacked text.'),
  end: z.int().describe('Where the old word ends.'),
  from: z.string().describe('The old word.'),
  to: z.string().nullable().describe('The new word; null where the word went.'),
  estimatedLossChange: z.number().exactOptional().describe('To first order, where the attack estimates it.'),
});

/** What happened to one input. */
export const attackedInput = z.object({
  goal: z
    .string()
    .describe('untargeted: any other prediction; targeted: one class; keep: the same prediction.'),
  success: z.boolean().describe('Whether the goal was reached.'),
  firstSuccessStep: z
    .int()
    .nullable()
    .describe('The step that first reached it; null where none did, and for keep.'),
  steps: z.int().describe('How many changes were made.'),
  original: describedOutcome.describe('The prediction of the original text.'),
  final: describedOutcome.describe('The prediction of the last text.'),
  probabilities: z.array(z.number()).describe('Of the original prediction, by step; 0 is the original text.'),
  samePrediction: z.array(z.boolean()).describe('By step: whether the prediction is the original one.'),
  edits: z.array(edit).describe('What was changed, in order.'),
  indices: z.array(z.int()).describe('Words of the steps in order; those kept by sub_span and topk_tokens.'),
  texts: z.array(z.string()).describe('By step; 0 is the original text.'),
  words: z.int().describe('White-space words of the original text.'),
  wordsChanged: z.int().describe('Words that are others in the last text, or went.'),
  reducedTo: z.int().describe('Words left in the last text.'),
  perturbedShare: z.number().describe('wordsChanged / words.'),
  queries: z.int().describe('Rows that went through the model.'),
  correct: z
    .boolean()
    .exactOptional()
    .describe('Whether the original prediction is right, where that is known.'),
  skipped: z.literal(true).exactOptional().describe('Predicted wrongly to begin with, so not attacked.'),
  budgetSpent: budgetSpent.exactOptional(),
});
export type AttackedInput = Immutable<z.infer<typeof attackedInput>>;

/** TextAttack's table. */
export const attackTable = z.object({
  inputs: z.int().describe('Inputs in all.'),
  successful: z.int().describe('Attacked with success.'),
  failed: z.int().describe('Attacked without success.'),
  skipped: z.int().describe('Predicted wrongly to begin with, so not attacked.'),
  originalAccuracy: z
    .number()
    .nullable()
    .describe('Share that the model gets right; null without true labels.'),
  accuracyUnderAttack: z
    .number()
    .nullable()
    .describe('Share that it still gets right in the last texts; null without true labels.'),
  successRate: z.number().nullable().describe('successful / (successful + failed).'),
  meanPerturbedShare: z.number().nullable().describe('Over the successful inputs.'),
  meanWords: z.number().nullable().describe('Over all inputs.'),
  meanQueries: z.number().nullable().describe('Over the attacked inputs.'),
});
export type AttackTable = Immutable<z.infer<typeof attackTable>>;

/** One behavioural test with its cases. */
export const behaviourReport = z.object({
  name: z.string().describe('As the request calls it.'),
  kind: z
    .enum(['invariance', 'directional'])
    .describe('Whether the prediction should stay, or its probability go one way.'),
  capability: z.string().describe('What it tests, as the request says.'),
  cases: z
    .array(
      z.object({
        before: z.array(textInput).describe('The rows as they were.'),
        after: z.array(textInput).describe('The rows with the change.'),
        predictionBefore: describedOutcome.describe('What the model said of `before`.'),
        predictionAfter: describedOutcome.describe('What the model said of `after`.'),
        passed: z.boolean().describe('Whether it did as it should.'),
      }),
    )
    .describe('Each text that the change applies to.'),
  total: z.int().describe('Cases in all.'),
  failed: z.int().describe('Cases that did not pass.'),
  failureRate: z.number().describe('failed / total; 0 without a case.'),
});
export type BehaviourReport = Immutable<z.infer<typeof behaviourReport>>;

const options = attackOptions.omit({ method: true }).partial().describe('Everything that was in force.');

const method = z.enum(attackMethods).describe('The attack.');

const queries = z.int().describe('Rows that went through the model.');

/** An attack that changes words of each input. */
export const wordAttackReport = z.object({
  method,
  options,
  edits: z.enum(['question', 'context']).describe('The part it would rather change.'),
  inputs: z.array(attackedInput).describe("By input; the result's predictions are of the first one's texts."),
  table: attackTable.exactOptional().describe('Over several inputs.'),
});
export type WordAttackReport = Immutable<z.infer<typeof wordAttackReport>>;

export const triggerReport = z.object({
  method,
  options,
  trigger: z.array(z.string()).describe('Its words.'),
  successRate: z
    .number()
    .nullable()
    .describe(
      'Share of the inputs that reach the goal behind the trigger; null where the budget ended first.',
    ),
  successRateWithout: z.number().nullable().describe('The same without the trigger.'),
  queries,
  originals: z.array(describedOutcome).describe('The predictions of the inputs.'),
  texts: z.array(z.string()).describe('The inputs behind the trigger.'),
  budgetSpent: budgetSpent.exactOptional(),
});
export type TriggerReport = Immutable<z.infer<typeof triggerReport>>;

export const behaviourAttackReport = z.object({
  method,
  options,
  tests: z.array(behaviourReport).describe('One per test, in order.'),
  queries,
  budgetSpent: budgetSpent.exactOptional(),
});
export type BehaviourAttackReport = Immutable<z.infer<typeof behaviourAttackReport>>;

/** What an attack found. */
export const attackReport = z.union([wordAttackReport, triggerReport, behaviourAttackReport]);
export type AttackReport = Immutable<z.infer<typeof attackReport>>;
