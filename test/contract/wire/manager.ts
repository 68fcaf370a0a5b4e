import { leeds, many, qa, reviews, sentiment, type WireCase } from './requests.ts';

/** The manager, and what its updates change. */
export const manager: readonly WireCase[] = [
  { name: 'the heart', path: '/api/main/health/heartbeat' },
  { name: "the manager's heart", path: '/api/models/health/heartbeat' },
  { name: "a model's heart", path: '/api/main/tessera/qa-en/health/heartbeat' },
  { name: 'statistics', path: '/api/main/tessera/qa-en/stats' },
  { name: 'statistics of nobody', path: '/api/main/nobody/stats' },
  { name: 'models', path: '/api/models/deployed-models' },
  { name: 'workers', path: '/api/models/deployed-model-workers' },
  { name: 'health', path: '/api/models/health' },
  { name: 'health of one', path: '/api/models/tessera/qa-en/health' },
  { name: 'health of nobody', path: '/api/models/nobody/health' },
  { name: 'explainers', path: '/api/models/explainers' },
  { name: 'tasks', path: '/api/models/task' },
  {
    name: 'deployed twice',
    path: '/api/models/deploy',
    body: { identifier: 'tessera/qa-en', model_name: 'tessera/qa-en' },
  },
  { name: 'deployed without a name', path: '/api/models/deploy', body: {} },
  { name: 'removed nobody', method: 'DELETE', path: '/api/models/remove/nobody' },
  { name: 'a worker more', method: 'PATCH', path: '/api/models/tessera/qa-en/add_worker/1', body: 'm' },
  { name: 'a worker less', method: 'PATCH', path: '/api/models/tessera/qa-en/remove_worker/1', body: 'm' },
  { name: 'too many workers less', method: 'PATCH', path: '/api/models/tessera/qa-en/remove_worker/9' },
  { name: 'updated', method: 'PATCH', path: '/api/models/update/tessera/ner-en', body: { batch_size: 16 } },
  { name: 'updated the gpu', path: '/api/main/tessera/ner-en/update', body: { disable_gpu: false } },
  { name: 'database read', method: 'PUT', path: '/api/models/db/update' },
  {
    name: 'plain arrays',
    path: '/api/main/tessera/sentiment-en/update',
    body: { return_plaintext_arrays: true },
  },
  {
    name: 'plain arrays of pairs',
    path: '/api/main/tessera/qa-en/update',
    body: { return_plaintext_arrays: true },
  },
  ...many(sentiment, reviews, {
    'plain classes': {},
    'plain classes with attentions': { model_kwargs: { output_attentions: true } },
    'plain hotflip': { attack_kwargs: { method: 'hotflip', max_flips: 4 } },
  }),
  ...many(qa, [leeds], {
    'plain answers': { task_kwargs: { topk: 2 } },
    'plain reduction': {
      attack_kwargs: { method: 'input_reduction', saliency_method: 'simple_grads', max_reductions: 9 },
    },
  }),
];
