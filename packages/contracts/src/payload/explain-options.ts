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
  method: z.enum(explainMethods, { error: methodProblem }),
  /** Ids in the ranked lists at the most. */
  top_k: z.int().min(0).default(10),
  /**
   * `all`, `question` or `context`: which ranked lists are filled; another text fills none
   * (docs/square-wire.md#question-and-context).
   */
  mode: z.string().default('all'),
  /** Steps of the path integral; absent: 20, doubled until the completeness gap is below 1 %. */
  n_steps: z.int().min(1).max(2000).optional(),
  quadrature: z.enum(['midpoint', 'gauss_legendre', 'left']).default('gauss_legendre'),
  /** Absent: the pad token, or the nearest thing the model has. */
  baseline: z.enum(['pad', 'mask', 'zero']).optional(),
  n_samples: z.int().min(1).max(20_000).optional(),
  /**
   * Standard deviation of the noise as a share of max - min of the embeddings. Half of what Smilkov et al.
   * use for images: on 40 reviews with the sentiment model 0.05 ranked a decisive word among the first three
   * most often (0.01 to 0.15 tried).
   */
  noise: z.number().min(0).max(10).default(0.05),
  seed: z.int().default(0),
  /**
   * Class by index or label; `start`, `end` or `both` of an answer; a token's index; another input's index.
   */
  target: z
    .union([classReference, z.object({ token: z.int().min(0), class: classReference.optional() })])
    .optional(),
  /** A second class: explains why the target rather than this one. */
  contrast: classReference.optional(),
  reduction: z.enum(['sum', 'l2']).optional(),
  granularity: z.enum(['token', 'word']).optional(),
  /** Keeps the sign in the word scores of the reply. */
  signed: z.boolean().default(false),
  budget: optionBudget,
  wraps: z.enum(smoothable).default('simple_grads'),
  /** Hidden state for layer_integrated_grads as transformers counts them; negative from the end. */
  layer: z.int().optional(),
  /** Whose attention counts: the first token's, or that of the positions the target reads. */
  query: z.enum(['first', 'target']).optional(),
  /** Also measure how good the explanation is. */
  evaluate: z.boolean().default(false),
  /** With `evaluate`: only these measures; absent: all but `mprt`. */
  metrics: z.array(z.enum(explainMetrics)).min(1).optional(),
  /**
   * With `evaluate`: also explain models whose weights were drawn anew, which loads the model once more per
   * block.
   */
  mprt: z.boolean().default(false),
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
