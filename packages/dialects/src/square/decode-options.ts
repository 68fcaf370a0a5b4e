import { embeddingModes, type TaskName, type TaskOptions } from '@tessera/contracts';
import type { Kwargs } from './kwargs.ts';

/** Tasks whose options are read key by key; generation reads all of them with one schema. */
export type EncoderTask = Exclude<TaskName, 'generation'>;

/** `task_kwargs` of the encoder tasks, under Tessera's names (docs/square-wire.md#tasks). */
export const decodeTaskOptions: {
  readonly [T in EncoderTask]: (kwargs: Kwargs) => TaskOptions<T>;
} = {
  'sequence-classification': (kwargs) => {
    // Seen in sample requests; has no effect in SQuARE either (docs/square-wire.md#sequence-classification).
    kwargs.accept('return_all_scores');
    return {
      isRegression: kwargs.boolean('is_regression', false),
      multipleChoice: kwargs.boolean('multiple_choice', false),
    };
  },
  'token-classification': (kwargs) => ({ isRegression: kwargs.boolean('is_regression', false) }),
  embedding: (kwargs) => ({
    mode: kwargs.choice('embedding_mode', {
      values: embeddingModes,
      fallback: null,
      problem: (mode) =>
        `Embedding mode ${mode} not in list of supported modes [${embeddingModes.map((m) => `'${m}'`).join(', ')}]`,
    }),
    normalize: kwargs.boolean('normalize', false),
    prompt: kwargs.text('prompt', null),
    promptName: kwargs.text('prompt_name', null),
    dimensions: kwargs.integer('dimensions', null, { min: 1 }),
  }),
  'question-answering': (kwargs) => ({
    topk: kwargs.integer('topk', 1, { min: 1, max: 1000 }),
    maxAnswerLen: kwargs.integer('max_answer_len', 128, { min: 1 }),
    showNullAnswers: kwargs.boolean('show_null_answers', true),
  }),
};
