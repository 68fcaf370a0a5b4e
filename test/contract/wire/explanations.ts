import { leeds, longContext, many, nli, pairs, qa, review, sentiment, type WireCase } from './requests.ts';

const explainMethods: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  attention: {},
  scaled_attention: { top_k: 2 },
  simple_grads: { signed: true },
  smooth_grads: { n_samples: 4, seed: 2 },
  integrated_grads: { n_steps: 8, evaluate: true, metrics: ['eraser', 'curves', 'ferret_aopc'] },
  gradient_norm: {},
  layer_integrated_grads: { layer: 1, n_steps: 8 },
  occlusion: { granularity: 'word' },
  lime: { n_samples: 20 },
  kernel_shap: { n_samples: 20 },
  attention_rollout: { mode: 'question' },
  bertviz: {},
};
const explained = (path: string, title: string, input: unknown, names: readonly string[]): WireCase[] =>
  names.map((method) => ({
    name: `${title} by ${method}`,
    path,
    body: {
      input,
      explain_kwargs: { method, top_k: 5, mode: 'all', ...explainMethods[method] },
    },
  }));
const allMethods = Object.keys(explainMethods);

/** The explanations of the conversation. */
export const explanations: readonly WireCase[] = [
  ...explained(sentiment, 'a review', [review], allMethods),
  ...explained(qa, 'an answer', [leeds], allMethods),
  ...explained(nli, 'pairs', pairs, ['simple_grads', 'bertviz', 'occlusion']),
  ...many(sentiment, [review, 'Dull.'], {
    'every measure of an explanation': {
      explain_kwargs: { method: 'simple_grads', evaluate: true, n_samples: 4 },
    },
    'an explanation by default': { explain_kwargs: { method: 'integrated_grads' } },
    'an explanation of the context': {
      explain_kwargs: { method: 'simple_grads', mode: 'context', top_k: 0 },
    },
    'an explanation of nothing': { explain_kwargs: { method: 'simple_grads', mode: 'neither' } },
    'a contrast': {
      explain_kwargs: { method: 'simple_grads', target: 'negative', contrast: 1, budget: null },
    },
    'a budget that ends': {
      explain_kwargs: { method: 'kernel_shap', n_samples: 200, budget: { model_calls: 30 }, hue: 1 },
    },
    'an explanation with attentions': {
      explain_kwargs: { method: 'attention' },
      model_kwargs: { output_attentions: true },
    },
  }),
  ...many(qa, [[leeds[0], longContext]], {
    'an explanation in a long context': {
      explain_kwargs: { method: 'simple_grads', target: 'start' },
      preprocessing_kwargs: { max_length: 24 },
    },
  }),
];
