import type { SampleJob } from './sample-jobs.ts';

const dates = [
  'the third of March, nineteen ninety-eight',
  'half past seven in the evening',
  'July 4th, 1776',
];

/** Text from text: one decoder-only and one encoder-decoder model. */
export const generationJobs: readonly SampleJob[] = [
  {
    title: 'Generation: a caption continued',
    model: 'tessera/captions-en',
    task: 'generation',
    body: { input: ['A little girl'], task_kwargs: { max_new_tokens: 20 } },
    show: (result) => [`“A little girl” → “${result.generated_texts[0][0]}”`],
  },
  {
    title: 'Generation: dates and times normalised (beam search)',
    model: 'tessera/normalize-en',
    task: 'generation',
    body: { input: dates, task_kwargs: { num_beams: 3, max_new_tokens: 20 } },
    show: (result) => dates.map((date, i) => `“${date}” → ${result.generated_texts[i][0]}`),
  },
];
