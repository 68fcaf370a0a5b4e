import { z } from 'zod';
import { classReference } from './class-reference.ts';
import { type ExplainMethod, explainMethods } from './explain-catalogue.ts';
import { optionBudget } from './option-budget.ts';
import { type ParsedOptions, parseOptions } from './parse-options.ts';

/** SQuARE's own text (docs/square-wire.md#errors). */
const methodProblem = 'Method not allowed. Please enter another explanation method.';

/**
 * Families of measures of an explanation's quality; `curves` are deletion and insertion. `mprt` loads further
 * models.
 */
export const explainMetrics = [
  'ferret_aopc',
  'eraser',
  'tau_loo',
  'infidelity',
  'sensitivity_max',
  'curves',
  'mprt',
] as const;
export type ExplainMetric = (typeof explainMetrics)[number];

/** What may be wrapped by SmoothGrad. */
export const smoothable = ['simple_grads', 'gradient_norm', 'integrated_grads'] as const;

export const explainOptions = z.object({
  method: z.enum(explainMethods, { error: methodProblem }).describe('As GET /v1/explainers lists them.'),
  top_k: z
    .int()
    .min(0)
    .default(10)
    .describe("Words in SQuARE's ranked lists, and in a row of an evaluation (there 3), at the most."),
  // docs/square-wire.md#question-and-context
  mode: z
    .string()
    .default('all')
    .describe(
      "Which of SQuARE's ranked lists are filled: all, question or context; another text fills none.",
    ),
  n_steps: z
    .int()
    .min(1)
    .max(2000)
    .optional()
    .describe('Steps of the path integral; absent: 20, doubled until the completeness gap is below 1 %.'),
  quadrature: z
    .enum(['midpoint', 'gauss_legendre', 'left'])
    .default('gauss_legendre')
    .describe('Rule of the path integral.'),
  baseline: z
    .enum(['pad', 'mask', 'zero'])
    .optional()
    .describe('What stands for nothing; absent: the first of pad, mask, unknown token and zero there is.'),
  n_samples: z
    .int()
    .min(1)
    .max(20_000)
    .optional()
    .describe('Draws; absent: smooth_grads 50, lime 256, kernel_shap 256 and two per word.'),
  // Half of what Smilkov et al. use for images: on 40 reviews with the sentiment model 0.05 ranked a decisive
  // word among the first three most often (0.01 to 0.15 tried).
  noise: z
    .number()
    .min(0)
    .max(10)
    .default(0.05)
    .describe("smooth_grads: the noise's standard deviation, as a share of max - min of the embeddings."),
  seed: z.int().default(0).describe('Equal seeds give equal numbers.'),
  target: z
    .union([
      classReference,
      z.object({
        token: z.int().min(0).describe("The token's place in the model's input, from 0."),
        class: classReference.optional().describe("The token's class; absent: the predicted one."),
      }),
    ])
    .optional()
    .describe(
      "What to explain: a class by index or label; start, end or both of an answer; a token's place; " +
        "another input's place; a generated token by its step. Absent: the prediction.",
    ),
  contrast: classReference.optional().describe('A second class: why the target rather than this one.'),
  reduction: z
    .enum(['sum', 'l2'])
    .optional()
    .describe("How a token's vector becomes a number; absent: sum, for gradient_norm l2."),
  granularity: z
    .enum(['token', 'word'])
    .optional()
    .describe('What occlusion, lime and kernel_shap take away as one; absent: word.'),
  signed: z.boolean().default(false).describe('Keeps the sign in the word scores of the reply.'),
  budget: optionBudget,
  wraps: z.enum(smoothable).default('simple_grads').describe('smooth_grads: the method that is averaged.'),
  layer: z
    .int()
    .optional()
    .describe(
      'layer_integrated_grads: the hidden state, as transformers counts them, negative from the end; ' +
        "absent: the last block's input.",
    ),
  query: z
    .enum(['first', 'target'])
    .optional()
    .describe("Whose attention counts: the first token's, or that of the positions the target reads."),
  evaluate: z.boolean().default(false).describe('Also measures how good the explanation is.'),
  metrics: z
    .array(z.enum(explainMetrics))
    .min(1)
    .optional()
    .describe('With evaluate: only these measures; absent: all but mprt.'),
  mprt: z
    .boolean()
    .default(false)
    .describe(
      'With evaluate: also explains models whose weights were drawn anew, which loads the model once more per block.',
    ),
});
export type ExplainOptions = z.infer<typeof explainOptions>;

/**
 * Reads the options of an explanation, which stand at the path `at` of the payload. Throws INPUT_INVALID with
 * the field's path; an unknown method gets SQuARE's text.
 */
export function parseExplainOptions(
  given: Readonly<Record<string, unknown>>,
  at = 'explain',
): ParsedOptions<ExplainOptions> {
  return parseOptions(explainOptions, given, at);
}

/** A method with every option at its default. */
export function defaultExplainOptions(method: ExplainMethod): ExplainOptions {
  return explainOptions.parse({ method });
}
