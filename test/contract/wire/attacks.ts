import {
  leeds,
  longContext,
  many,
  nli,
  pairs,
  qa,
  review,
  reviews,
  sentiment,
  type WireCase,
} from './requests.ts';

/** The attacks of the conversation. */
export const attacks: readonly WireCase[] = [
  ...many(sentiment, [review], {
    'hotflip with its slider': { attack_kwargs: { method: 'hotflip', max_flips: 4 } },
    'hotflip by attention': {
      attack_kwargs: {
        method: 'hotflip',
        saliency_method: 'attention',
        max_flips: 2,
        beam: 1,
        candidates: 4,
      },
    },
    'hotflip to a class': { attack_kwargs: { method: 'hotflip', target: 'negative', max_flips: 3 } },
    'hotflip that fails': {
      attack_kwargs: { method: 'hotflip', protect: [[0, 19]], change_stop_words: true, max_flips: 2 },
    },
    'hotflip of a wrong prediction': { attack_kwargs: { method: 'hotflip', labels: [0], max_flips: 2 } },
    'hotflip with an explanation': {
      attack_kwargs: { method: 'hotflip', max_flips: 2 },
      explain_kwargs: { method: 'simple_grads' },
    },
    'hotflip with attentions': {
      attack_kwargs: { method: 'hotflip', max_flips: 2 },
      model_kwargs: { output_attentions: true },
    },
    'reduction with its slider': { attack_kwargs: { method: 'input_reduction', max_reductions: 5 } },
    'reduction with an explanation of each step': {
      attack_kwargs: { method: 'input_reduction', saliency_method: 'simple_grads', max_reductions: 6 },
    },
    'reduction with an explanation asked for': {
      attack_kwargs: { method: 'input_reduction', max_reductions: 3 },
      explain_kwargs: { method: 'bertviz' },
    },
    'the best span': { attack_kwargs: { method: 'sub_span', max_tokens: 2 } },
    'the best words': { attack_kwargs: { method: 'topk_tokens', max_tokens: 6 } },
    'characters edited': { attack_kwargs: { method: 'deepwordbug' } },
    'neighbours by the own table': { attack_kwargs: { method: 'neighbour_substitution', candidates: 5 } },
    'neighbours that another model finds similar': {
      attack_kwargs: {
        method: 'neighbour_substitution',
        similarity_model: 'tessera/all-minilm-l6-v2',
        min_similarity: 0.2,
        candidates: 3,
      },
    },
    'an attack whose budget ends': {
      attack_kwargs: { method: 'deepwordbug', budget: { model_calls: 6 }, sting: true },
    },
    'a test from a template': {
      attack_kwargs: {
        method: 'checklist_directional',
        target: 'positive',
        direction: 'up',
        tests: [
          {
            name: 'praise',
            capability: 'Vocabulary',
            template: 'A {good} film.',
            lexicon: { good: ['fine', 'warm'] },
            perturbation: { append: 'I loved it.' },
          },
          { name: 'swap', perturbation: { replace: { funny: 'dull' } } },
        ],
      },
    },
  }),
  ...many(sentiment, reviews, {
    'two inputs flipped': { attack_kwargs: { method: 'hotflip', max_flips: 3, labels: ['positive', 0] } },
    'two inputs reduced': {
      attack_kwargs: { method: 'input_reduction', saliency_method: 'attention', max_reductions: 3 },
    },
    'a universal trigger': {
      attack_kwargs: { method: 'universal_triggers', trigger_length: 2, candidates: 3 },
    },
    'tests of invariance': { attack_kwargs: { method: 'checklist_invariance' } },
  }),
  ...many(nli, [pairs[0]], {
    'a pair flipped': { attack_kwargs: { method: 'hotflip', max_flips: 2 } },
    'a pair reduced': {
      attack_kwargs: { method: 'input_reduction', saliency_method: 'simple_grads', max_reductions: 4 },
    },
  }),
  ...many(qa, [leeds], {
    'a context flipped': { attack_kwargs: { method: 'hotflip', max_flips: 3 }, task_kwargs: { topk: 4 } },
    'a question reduced': {
      attack_kwargs: { method: 'input_reduction', saliency_method: 'attention', max_reductions: 8 },
    },
    'the best span of a context': {
      attack_kwargs: { method: 'sub_span', max_tokens: 3, saliency_method: 'simple_grads' },
    },
    'the best words of a context': { attack_kwargs: { method: 'topk_tokens', max_tokens: 3 } },
    'a context edited': { attack_kwargs: { method: 'deepwordbug', include_answer: true, max_changed: 0.2 } },
    'tests of answers': { attack_kwargs: { method: 'checklist_invariance' } },
  }),
  ...many(qa, [[leeds[0], longContext]], {
    'a long context, its best words': {
      attack_kwargs: { method: 'topk_tokens', max_tokens: 2 },
      preprocessing_kwargs: { max_length: 24 },
    },
    'a question of a long context': {
      attack_kwargs: { method: 'input_reduction', max_reductions: 7 },
      preprocessing_kwargs: { max_length: 24 },
    },
  }),
];
