import { captions, leeds, many, minilm, qa, review, sentiment, type WireCase } from './requests.ts';

/** What is refused, and what fails. */
export const refused: readonly WireCase[] = [
  ...many(sentiment, [review], {
    'refused: an explanation without a method': { explain_kwargs: { top_k: 3 } },
    'refused: an unknown explanation': { explain_kwargs: { method: 'guesswork' } },
    'refused: too many steps': { explain_kwargs: { method: 'integrated_grads', n_steps: 9999 } },
    'refused: a wrong budget': { explain_kwargs: { method: 'lime', budget: { seconds: 'long' } } },
    'refused: an unknown attack': { attack_kwargs: { method: 'persuasion' } },
    'refused: no masked model': { attack_kwargs: { method: 'bae' } },
    'refused: a slot without words': {
      attack_kwargs: { method: 'checklist_invariance', tests: [{ name: 'x', template: 'A {noun}.' }] },
    },
    'refused: an adapter': { adapter_name: '../x' },
    'refused: a null object': { task_kwargs: null },
    'refused: a preprocessed input': { is_preprocessed: true },
    'failed: a layer that is not there': {
      explain_kwargs: { method: 'layer_integrated_grads', layer: 99 },
    },
    'failed: a class that is not there': { explain_kwargs: { method: 'simple_grads', target: 7 } },
    'failed: an attack to a class that is not there': { attack_kwargs: { method: 'hotflip', target: 9 } },
    'failed: too little budget': { attack_kwargs: { method: 'hotflip', budget: { model_calls: 1 } } },
    'failed: too few labels': { attack_kwargs: { method: 'hotflip', labels: [1, 0, 1] } },
    'failed: a helper that is not there': {
      attack_kwargs: { method: 'bae', fill_mask_model: 'nobody/none' },
    },
  }),
  {
    name: 'failed, told as text',
    path: sentiment,
    accept: '*/*',
    body: { input: [review], explain_kwargs: { method: 'simple_grads', contrast: 'maybe' } },
  },
  ...many(qa, ['no pair'], { 'failed: a question without its context': {} }),
  ...many(qa, [leeds], {
    'failed: a directional test of answers': { attack_kwargs: { method: 'checklist_directional' } },
    'failed: a universal trigger of answers': { attack_kwargs: { method: 'universal_triggers' } },
    'failed: a side of an answer': { explain_kwargs: { method: 'simple_grads', target: 'middle' } },
    'refused: topk': { task_kwargs: { topk: 0 } },
  }),
  ...many(captions, ['A'], {
    'refused: beams': { task_kwargs: { num_beams: 'two' } },
    'refused: more texts than beams': { model_kwargs: { num_return_sequences: 3 } },
  }),
  ...many(minilm, ['A'], { 'refused: an unknown mode': { task_kwargs: { embedding_mode: 'sum' } } }),
  { name: 'refused: no input', path: sentiment, body: {} },
  { name: 'refused: nothing in the input', path: sentiment, body: { input: [] } },
  { name: 'refused: a list', path: sentiment, body: ['x'] },
  { name: 'refused: the wrong task', path: '/api/main/tessera/qa-en/embedding', body: { input: ['x'] } },
  { name: 'refused: an unknown model', path: '/api/main/nobody/embedding', body: { input: ['x'] } },
  { name: 'refused: an unknown path', path: '/api/main/tessera/qa-en/singing', body: { input: ['x'] } },
  { name: 'refused: a wrong method', path: sentiment },
  { name: 'refused: an unknown task id', path: '/api/main/task_result/nonsense' },
  {
    name: 'refused: a task nobody has',
    path: '/api/models/task_result/01890000-0000-7000-8000-000000000000',
  },
];
