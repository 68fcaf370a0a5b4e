import { z } from 'zod';
import { attackMethods } from '../payload/attack-catalogue.ts';
import { attackOptions } from '../payload/attack-options.ts';
import { textInput } from '../payload/payload.ts';
import type { Immutable } from './immutable.ts';

/** What the model said of one input, as reports tell it. */
export const describedOutcome = z.union([
  z.object({ answer: z.string(), start: z.int(), end: z.int(), probability: z.number() }),
  z.object({
    label: z.int(),
    name: z.string().nullable(),
    probability: z.number().nullable(),
    probabilities: z.array(z.number()),
  }),
]);
export type DescribedOutcome = Immutable<z.infer<typeof describedOutcome>>;

const edit = z.object({
  step: z.int(),
  word: z.int(),
  start: z.int().describe('[start, end) in code points of the attacked text.'),
  end: z.int(),
  from: z.string(),
  to: z.string().nullable().describe('Null where the word went.'),
  estimatedLossChange: z
    .number()
    .exactOptional()
    .describe('To first order, where the attack has an estimate.'),
});

/** What happened to one input. */
export const attackedInput = z.object({
  goal: z.string(),
  success: z.boolean(),
  firstSuccessStep: z.int().nullable(),
  steps: z.int(),
  original: describedOutcome,
  final: describedOutcome,
  probabilities: z.array(z.number()).describe('Of the original prediction, by step; 0 is the original text.'),
  samePrediction: z.array(z.boolean()),
  edits: z.array(edit),
  indices: z.array(z.int()).describe('Words of the steps in order; those kept by sub_span and topk_tokens.'),
  texts: z.array(z.string()).describe('By step; 0 is the original text.'),
  words: z.int(),
  wordsChanged: z.int(),
  reducedTo: z.int(),
  perturbedShare: z.number(),
  queries: z.int(),
  correct: z
    .boolean()
    .exactOptional()
    .describe('Whether the original prediction is right, where that is known.'),
  skipped: z.literal(true).exactOptional().describe('Predicted wrongly to begin with, so not attacked.'),
  budgetSpent: z.literal(true).exactOptional(),
});
export type AttackedInput = Immutable<z.infer<typeof attackedInput>>;

/** TextAttack's table. */
export const attackTable = z.object({
  inputs: z.int(),
  successful: z.int(),
  failed: z.int(),
  skipped: z.int().describe('Predicted wrongly to begin with, so not attacked.'),
  originalAccuracy: z.number().nullable().describe('Null without true labels.'),
  accuracyUnderAttack: z.number().nullable().describe('Null without true labels.'),
  successRate: z.number().nullable(),
  meanPerturbedShare: z.number().nullable(),
  meanWords: z.number().nullable(),
  meanQueries: z.number().nullable(),
});
export type AttackTable = Immutable<z.infer<typeof attackTable>>;

/** One behavioural test with its cases. */
export const behaviourReport = z.object({
  name: z.string(),
  kind: z.enum(['invariance', 'directional']),
  capability: z.string(),
  cases: z.array(
    z.object({
      before: z.array(textInput),
      after: z.array(textInput),
      predictionBefore: describedOutcome,
      predictionAfter: describedOutcome,
      passed: z.boolean(),
    }),
  ),
  total: z.int(),
  failed: z.int(),
  failureRate: z.number(),
});
export type BehaviourReport = Immutable<z.infer<typeof behaviourReport>>;

const options = attackOptions.omit({ method: true }).partial().describe('Everything that was in force.');

const method = z.enum(attackMethods);

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
  trigger: z.array(z.string()),
  successRate: z.number().nullable(),
  successRateWithout: z.number().nullable(),
  queries: z.int(),
  originals: z.array(describedOutcome),
  texts: z.array(z.string()).describe('The inputs behind the trigger.'),
  budgetSpent: z.literal(true).exactOptional(),
});
export type TriggerReport = Immutable<z.infer<typeof triggerReport>>;

export const behaviourAttackReport = z.object({
  method,
  options,
  tests: z.array(behaviourReport),
  queries: z.int(),
  budgetSpent: z.literal(true).exactOptional(),
});
export type BehaviourAttackReport = Immutable<z.infer<typeof behaviourAttackReport>>;

/** What an attack found. */
export const attackReport = z.union([wordAttackReport, triggerReport, behaviourAttackReport]);
export type AttackReport = Immutable<z.infer<typeof attackReport>>;
