import { captions, many, normalize, type WireCase } from './requests.ts';

/** The generation of the conversation. */
export const generation: readonly WireCase[] = [
  ...many(captions, ['A dog', 'Two people'], {
    'greedy text': { task_kwargs: { max_new_tokens: 6 } },
    'text of beams': { task_kwargs: { max_new_tokens: 6, num_beams: 2, num_return_sequences: 2 } },
    'sampled text': { task_kwargs: { max_new_tokens: 6, do_sample: true, seed: 3, top_k: 5 } },
  }),
  ...many(captions, ['A'], {
    'text with its scores': {
      task_kwargs: { max_new_tokens: 2, output_scores: true, return_dict_in_generate: true },
    },
    'text with attentions': {
      model_kwargs: { output_attentions: true },
      task_kwargs: { max_new_tokens: 2 },
    },
    'text is not explained': {
      explain_kwargs: { method: 'simple_grads' },
      task_kwargs: { max_new_tokens: 2 },
    },
  }),
  ...many(normalize, ['at 3 p.m. on 5 May'], {
    'text of an encoder and a decoder': { task_kwargs: { max_new_tokens: 8 } },
    'encoded text with attentions': {
      model_kwargs: { output_attentions: true },
      task_kwargs: { max_new_tokens: 2 },
    },
  }),
];
