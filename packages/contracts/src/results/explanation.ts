import { z } from 'zod';
import { explainMethods } from '../payload/explain-catalogue.ts';
import { explainOptions } from '../payload/explain-options.ts';
import type { Immutable } from './immutable.ts';

/** One token of the model's input. */
export const explainedToken = z.object({
  token: z.string(),
  start: z.int().describe("[start, end) in code points of the part's text."),
  end: z.int(),
  part: z.enum(['question', 'context', 'special']),
  word: z.int().nullable().describe("Place of its word in the part's words; null for tokens of no word."),
  value: z.number().describe('Signed, raw, unrounded.'),
});
export type ExplainedToken = Immutable<z.infer<typeof explainedToken>>;

/** A word as it stands in the text, and its share of all scores, rounded to three digits. */
export const scoredWord = z.object({ text: z.string(), score: z.number() });
export type ScoredWord = Immutable<z.infer<typeof scoredWord>>;

/** What F reads: a class, a choice, an answer, a token's class, a similarity or a generated token. */
export const explainedTarget = z.union([
  z.object({
    kind: z.enum(['class', 'choice']),
    class: z.int(),
    label: z.string().nullable(),
    contrast: z.int().exactOptional(),
    contrastLabel: z.string().nullable().exactOptional(),
  }),
  z.object({
    kind: z.literal('answer'),
    side: z.enum(['start', 'end', 'both']),
    answer: z.string(),
    tokens: z.tuple([z.int(), z.int()]),
  }),
  z.object({
    kind: z.literal('token-class'),
    token: z.int(),
    text: z.string(),
    class: z.int(),
    label: z.string().nullable(),
  }),
  z.object({ kind: z.literal('similarity'), other: z.int() }),
  z.object({ kind: z.literal('next-token'), id: z.int(), input: z.int(), step: z.int() }),
]);
export type ExplainedTarget = Immutable<z.infer<typeof explainedTarget>>;

const curve = z.object({
  share: z.array(z.number()).describe('Share of the tokens taken away or put back.'),
  probability: z.array(z.number()),
  area: z.number().nullable(),
});
export type Curve = Immutable<z.infer<typeof curve>>;

/** Measures of one explanation by name; null for a number the budget did not reach or that does not apply. */
export const measures = z.record(
  z.string(),
  z.union([z.number(), z.null(), z.array(z.number().nullable()), curve]),
);
export type Measures = Immutable<z.infer<typeof measures>>;

/** Mean and population standard deviation of a number over those that have it. */
export const spread = z.object({ mean: z.number(), std: z.number(), n: z.int() });
export type Spread = Immutable<z.infer<typeof spread>>;

/** The mean of curves, whose own mean is that of their areas. */
export const spreadCurve = spread.extend({
  share: z.array(z.number()).describe('Share of the tokens taken away or put back.'),
  probability: z.array(z.number()).describe('Mean probability at each share.'),
  probabilityStd: z.array(z.number()),
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
  nSteps: z.int().nullable(),
  modelCalls: z.int(),
  tokens: z.array(explainedToken),
  words: z.object({ question: z.array(scoredWord), context: z.array(scoredWord) }),
  target: explainedTarget,
  budgetSpent: z.literal(true).exactOptional().describe('The budget ended before the method did.'),
  window: z
    .object({ index: z.int(), count: z.int() })
    .exactOptional()
    .describe('Which window of a long text was explained, from 0, of how many.'),
  details: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .exactOptional()
    .describe('What else the method tells.'),
  evaluation: measures.exactOptional(),
});
export type ExplainedInstance = Immutable<z.infer<typeof explainedInstance>>;

/** An explanation of a request. */
export const explanation = z.object({
  method: z.enum(explainMethods),
  options: explainOptions.omit({ method: true }).partial().describe('Everything that was in force.'),
  target: z.string().describe('What F is, in words.'),
  instances: z.array(explainedInstance).describe('By input; by step of the attack beside an attack.'),
  evaluation: measureSpreads.exactOptional().describe('With `evaluate`: the measures over the instances.'),
  pages: z
    .array(z.string())
    .exactOptional()
    .describe('One HTML page per input, for methods that are looked at.'),
});
export type Explanation = Immutable<z.infer<typeof explanation>>;
