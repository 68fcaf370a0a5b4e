import { z } from 'zod';
import { explainMethods } from '../payload/explain-catalogue.ts';
import { explainOptions } from '../payload/explain-options.ts';
import type { Immutable } from './immutable.ts';

/** One token of the model's input. */
export const explainedToken = z.object({
  token: z.string().describe('As the vocabulary writes it.'),
  start: z.int().describe("[start, end) in code points of the part's text."),
  end: z.int().describe('Where it ends.'),
  part: z
    .enum(['question', 'context', 'special'])
    .describe('Which text it is of; special for tokens such as [CLS].'),
  word: z.int().nullable().describe("Place of its word in the part's words; null for tokens of no word."),
  value: z.number().describe('Its importance: signed, unrounded.'),
});
export type ExplainedToken = Immutable<z.infer<typeof explainedToken>>;

/** A word with its score. */
export const scoredWord = z.object({
  text: z.string().describe('As it stands in the text.'),
  score: z
    .number()
    .describe('Its share of all scores of the shown words, in three digits; signed on request.'),
});
export type ScoredWord = Immutable<z.infer<typeof scoredWord>>;

/** What F reads: a class, a choice, an answer, a token's class, a similarity or a generated token. */
export const explainedTarget = z.union([
  z.object({
    kind: z.enum(['class', 'choice']).describe('A class, or a choice in multiple choice.'),
    class: z.int().describe('Its index, or the place of the choice.'),
    label: z.string().nullable().describe('Its label; null where it has none.'),
    contrast: z.int().exactOptional().describe('The second class: F is the difference of the two logits.'),
    contrastLabel: z.string().nullable().exactOptional().describe('Its label; null where it has none.'),
  }),
  z.object({
    kind: z.literal('answer').describe('The returned answer.'),
    side: z.enum(['start', 'end', 'both']).describe('Whose logits are added.'),
    answer: z.string().describe('Its text; "" for no answer.'),
    tokens: z.tuple([z.int(), z.int()]).describe('Places of its first and last token.'),
  }),
  z.object({
    kind: z.literal('token-class').describe('The class of a token.'),
    token: z.int().describe("The token's place, from 0."),
    text: z.string().describe('The token.'),
    class: z.int().describe('Index of the class.'),
    label: z.string().nullable().describe('Its label; null where it has none.'),
  }),
  z.object({
    kind: z.literal('similarity').describe("The cosine of this input's embedding with another one's."),
    other: z.int().describe("The other input's place, from 0."),
  }),
  z.object({
    kind: z.literal('next-token').describe('A generated token.'),
    id: z.int().describe('Its id.'),
    input: z.int().describe("The prompt's place, from 0."),
    step: z.int().describe('Its place among the new tokens, from 0.'),
  }),
]);
export type ExplainedTarget = Immutable<z.infer<typeof explainedTarget>>;

const curve = z.object({
  share: z.array(z.number()).describe('Share of the tokens taken away or put back.'),
  probability: z.array(z.number()).describe('Probability of what is explained, at each share.'),
  area: z.number().nullable().describe('Area under it; null where the budget ended first.'),
});
export type Curve = Immutable<z.infer<typeof curve>>;

/** Measures of one explanation by name; null for a number the budget did not reach or that does not apply. */
export const measures = z.record(
  z.string(),
  z.union([z.number(), z.null(), z.array(z.number().nullable()), curve]),
);
export type Measures = Immutable<z.infer<typeof measures>>;

/** Mean and population standard deviation of a number over those that have it. */
export const spread = z.object({
  mean: z.number().describe('Mean.'),
  std: z.number().describe('Population standard deviation.'),
  n: z.int().describe('How many have the number.'),
});
export type Spread = Immutable<z.infer<typeof spread>>;

/** The mean of curves, whose own mean is that of their areas. */
export const spreadCurve = spread.extend({
  share: z.array(z.number()).describe('Share of the tokens taken away or put back.'),
  probability: z.array(z.number()).describe('Mean probability at each share.'),
  probabilityStd: z.array(z.number()).describe('Population standard deviation at each share.'),
});
export type SpreadCurve = Immutable<z.infer<typeof spreadCurve>>;

/** Measures over several explanations by name; a list is averaged place by place. */
export const measureSpreads = z.record(z.string(), z.union([spreadCurve, spread, z.array(spread)]));
export type MeasureSpreads = Immutable<z.infer<typeof measureSpreads>>;

/** The explanation of one input. */
export const explainedInstance = z.object({
  f: z.number().describe('The explained number, F(x).'),
  fBaseline: z.number().nullable().describe('F of the baseline; null when the method has none.'),
  gap: z
    .number()
    .nullable()
    .describe('Σ values − (F(x) − F(baseline)), where a method promises that it is 0.'),
  nSteps: z.int().nullable().describe('Steps of the path integral; null where there is none.'),
  modelCalls: z.int().describe('Rows that went through the model.'),
  tokens: z.array(explainedToken).describe("The model's input, token by token."),
  words: z
    .object({
      question: z.array(scoredWord).describe('Words of the question, or of a second text.'),
      context: z.array(scoredWord).describe('Words of the context, or of the first text.'),
    })
    .describe('Scores of words.'),
  target: explainedTarget.describe('What F reads here.'),
  budgetSpent: z.literal(true).exactOptional().describe('The budget ended before the method did.'),
  window: z
    .object({
      index: z.int().describe('Which window, from 0.'),
      count: z.int().describe('Of how many.'),
    })
    .exactOptional()
    .describe('Of a long text: the window that was explained.'),
  details: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .exactOptional()
    .describe('What else the method tells.'),
  evaluation: measures.exactOptional().describe('With evaluate: how good it is, by measure.'),
});
export type ExplainedInstance = Immutable<z.infer<typeof explainedInstance>>;

/** An explanation of a request. */
export const explanation = z.object({
  method: z.enum(explainMethods).describe('How it was explained.'),
  options: explainOptions.omit({ method: true }).partial().describe('Everything that was in force.'),
  target: z.string().describe('What F is, in words.'),
  instances: z.array(explainedInstance).describe('By input; by step of the attack beside an attack.'),
  evaluation: measureSpreads.exactOptional().describe('With evaluate: the measures over the instances.'),
  pages: z
    .array(z.string())
    .exactOptional()
    .describe('One HTML page per input, for methods that are looked at.'),
});
export type Explanation = Immutable<z.infer<typeof explanation>>;
