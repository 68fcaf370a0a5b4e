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
  /** It makes a page rather than values; the method whose values the page shows. */
  readonly pageOf?: ExplainMethod;
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
    pageOf: 'attention',
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

/** The method whose values stand for a method where values are wanted: itself, unless it makes a page. */
export function valuesMethod(method: ExplainMethod): ExplainMethod {
  return explainCatalogue[method].pageOf ?? method;
}
