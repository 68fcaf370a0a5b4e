import {
  choices,
  leeds,
  longContext,
  many,
  minilm,
  ner,
  nli,
  pairs,
  qa,
  reviews,
  sentiment,
  type WireCase,
  who,
} from './requests.ts';

/** The predictions of the conversation. */
export const predictions: readonly WireCase[] = [
  ...many(sentiment, reviews, {
    'classes of two texts': {},
    'classes as a regression': { task_kwargs: { is_regression: true } },
    'classes with attentions': { model_kwargs: { output_attentions: true } },
    'classes with hidden states': { model_kwargs: { output_hidden_states: true, unheard_of: 1 } },
    'classes with ignored options': {
      task_kwargs: { return_all_scores: true, colour: 'blue' },
      preprocessing_kwargs: { max_length: 8, padding: true, shade: 'dark' },
      adapter_name: null,
    },
  }),
  ...many(nli, pairs, { 'classes of pairs': {} }),
  ...many(nli, choices, {
    'choices need one score a row': { task_kwargs: { multiple_choice: true } },
  }),
  ...many(ner, ['Angela Merkel met Emmanuel Macron in Strasbourg.', 'Nobody came.'], {
    'classes of tokens': {},
    'classes of tokens as a regression': { task_kwargs: { is_regression: true } },
    'tokens have no explanation': { explain_kwargs: { method: 'attention' } },
  }),
  ...many(minilm, ['The cat sits on the mat.', 'Interest rates rose.'], {
    'embeddings by default': {},
    'embeddings by the first token': { task_kwargs: { embedding_mode: 'cls' } },
    'embeddings, normalized': { task_kwargs: { embedding_mode: 'mean', normalize: true } },
    'embeddings have no attack': { attack_kwargs: { method: 'hotflip' } },
  }),
  ...many(minilm, ['A cat.'], {
    'embeddings of tokens': { task_kwargs: { embedding_mode: 'token' } },
    'embeddings by the pooler': { task_kwargs: { embedding_mode: 'pooler' } },
  }),
  ...many(qa, [leeds, who], {
    'answers to two questions': {},
    'best answers': { task_kwargs: { topk: 3, max_answer_len: 4, show_null_answers: false } },
  }),
  ...many(qa, [[leeds[0], longContext]], {
    'an answer in a long context': { preprocessing_kwargs: { max_length: 24, doc_stride: 4 } },
  }),
];
