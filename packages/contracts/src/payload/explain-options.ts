import { AppError } from '@tessera/base';
import { z } from 'zod';
import type { Capability } from '../names.ts';

/** Methods of `explain.method`: SQuARE's six first, then the ones beyond. */
export const explainMethods = [
  'attention',
  'scaled_attention',
  'simple_grads',
  'smooth_grads',
  'integrated_grads',
  'bertviz',
  'gradient_norm',
  'layer_integrated_grads',
  'occlusion',
  'lime',
  'kernel_shap',
  'attention_rollout',
] as const;
export type ExplainMethod = (typeof explainMethods)[number];

export interface ExplainMethodEntry {
  /** What a model must give; compared before a job is accepted. */
  readonly needs: readonly Capability[];
  /** SQuARE's `method_name`. */
  readonly title: string;
  readonly description: string;
}

const gradients: readonly Capability[] = ['token-gradients', 'embedding-table'];

/** One row per method: what `/explainers` shows and what a model must be able to do. */
export const explainCatalogue: Readonly<Record<ExplainMethod, ExplainMethodEntry>> = {
  attention: {
    needs: ['attentions'],
    title: 'Attention',
    description:
      'Last-layer attention from the classification token, averaged over heads. Not a faithful explanation in general (Jain & Wallace 2019).',
  },
  scaled_attention: {
    needs: ['attentions', 'attention-gradients'],
    title: 'Scaled attention',
    description: 'Last-layer attention times its gradient (Serrano & Smith 2019).',
  },
  simple_grads: {
    needs: gradients,
    title: 'Vanilla gradients',
    description: "Gradient times the token's own embedding (Simonyan et al. 2013, Shrikumar et al. 2016).",
  },
  smooth_grads: {
    needs: gradients,
    title: 'Smooth gradients',
    description:
      'Mean of a gradient method over inputs with independent Gaussian noise (Smilkov et al. 2017).',
  },
  integrated_grads: {
    needs: gradients,
    title: 'Integrated gradients',
    description:
      'Gradients integrated on the straight path from a baseline; the values sum to F(x) - F(baseline) (Sundararajan et al. 2017).',
  },
  bertviz: {
    needs: ['attentions'],
    title: 'Attention head view',
    description: 'A page that shows the attention weights of every layer and head (Vig 2019).',
  },
  gradient_norm: {
    needs: gradients,
    title: 'Gradient norm',
    description: "Norm of the gradient at each token's embedding (Simonyan et al. 2013).",
  },
  layer_integrated_grads: {
    needs: ['token-gradients', 'embedding-table', 'hidden-states'],
    title: 'Layer integrated gradients',
    description: 'Integrated gradients with respect to a hidden state instead of the embeddings.',
  },
  occlusion: {
    needs: [],
    title: 'Leave one out',
    description:
      'How far F falls when one word is replaced by the baseline (Zeiler & Fergus 2014, Li et al. 2016).',
  },
  lime: {
    needs: [],
    title: 'LIME',
    description: 'A weighted linear model of F around the input (Ribeiro et al. 2016).',
  },
  kernel_shap: {
    needs: [],
    title: 'Kernel SHAP',
    description: 'Shapley values by weighted least squares over coalitions of words (Lundberg & Lee 2017).',
  },
  attention_rollout: {
    needs: ['attentions'],
    title: 'Attention rollout',
    description: 'Attention multiplied through all layers with residuals (Abnar & Zuidema 2020).',
  },
};

/** SQuARE's own text (contract-square §1.7). */
const methodProblem = 'Method not allowed. Please enter another explanation method.';

/** Families of measures of an explanation's quality; `curves` are deletion and insertion. `mprt` loads further models. */
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

const classReference = z.union([z.int().min(0), z.string().min(1)]);

export const explainOptions = z.object({
  method: z.enum(explainMethods, { error: methodProblem }),
  /** Ids in the ranked lists at the most. */
  top_k: z.int().min(0).default(10),
  /** `all`, `question` or `context`: which ranked lists are filled; another text fills none (contract-square §4.4). */
  mode: z.string().default('all'),
  /** Steps of the path integral; absent: 20, doubled until the completeness gap is below 1 %. */
  n_steps: z.int().min(1).max(2000).optional(),
  quadrature: z.enum(['midpoint', 'gauss_legendre', 'left']).default('gauss_legendre'),
  /** Absent: the pad token, or the nearest thing the model has. */
  baseline: z.enum(['pad', 'mask', 'zero']).optional(),
  n_samples: z.int().min(1).max(20_000).optional(),
  /**
   * Standard deviation of the noise as a share of max - min of the embeddings. Half of what Smilkov et al. use for images: on 40
   * reviews with the sentiment model 0.05 ranked a decisive word among the first three most often (0.01 to 0.15 tried).
   */
  noise: z.number().min(0).max(10).default(0.05),
  seed: z.int().default(0),
  /** Class by index or label; `start`, `end` or `both` of an answer; a token's index; another input's index. */
  target: z
    .union([classReference, z.object({ token: z.int().min(0), class: classReference.optional() })])
    .optional(),
  /** A second class: explains why the target rather than this one. */
  contrast: classReference.optional(),
  reduction: z.enum(['sum', 'l2']).optional(),
  granularity: z.enum(['token', 'word']).optional(),
  /** Keeps the sign in the word scores of the reply. */
  signed: z.boolean().default(false),
  budget: z
    .object({ model_calls: z.int().min(1).optional(), seconds: z.number().positive().optional() })
    .default({}),
  wraps: z.enum(smoothable).default('simple_grads'),
  /** Hidden state for layer_integrated_grads as transformers counts them; negative from the end. */
  layer: z.int().optional(),
  /** Whose attention counts: the first token's, or that of the positions the target reads. */
  query: z.enum(['first', 'target']).optional(),
  /** Also measure how good the explanation is. */
  evaluate: z.boolean().default(false),
  /** With `evaluate`: only these measures; absent: all but `mprt`. */
  metrics: z.array(z.enum(explainMetrics)).min(1).optional(),
  /** With `evaluate`: also explain models whose weights were drawn anew, which loads the model once more per block. */
  mprt: z.boolean().default(false),
});
export type ExplainOptions = z.infer<typeof explainOptions>;

/**
 * Reads the options of an explanation, which stand at the path `at` of the payload; unknown keys are named so that the caller can
 * be warned. Throws INPUT_INVALID with the field's path; an unknown method gets SQuARE's text.
 */
export function parseExplainOptions(
  kwargs: Readonly<Record<string, unknown>>,
  at = 'explain',
): { readonly options: ExplainOptions; readonly unknown: readonly string[] } {
  return parseKwargs(at, explainOptions, kwargs);
}

/** Shared by explain and attack: an options object where null means absent. */
export function parseKwargs<S extends z.ZodObject>(
  field: string,
  options: S,
  kwargs: Readonly<Record<string, unknown>>,
): { readonly options: z.infer<S>; readonly unknown: readonly string[] } {
  const given = Object.fromEntries(Object.entries(kwargs).filter(([, value]) => value !== null));
  const parsed = options.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const path = [field, ...issue.path.map(String)].join('.');
    throw new AppError('INPUT_INVALID', { detail: { field: path, problem: issue.message } });
  }
  return {
    options: parsed.data,
    unknown: Object.keys(given).filter((key) => !(key in options.shape)),
  };
}
