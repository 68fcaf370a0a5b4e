import { wordsOf } from '@tessera/text-views';
import pc from 'picocolors';
import { colourWords } from './colour-words.ts';
import type { SampleJob } from './sample-jobs.ts';

const review = 'A warm, funny film, though a little too long.';
const question = 'Which river flows through Leeds?';
const place = 'The river Aire flows through the city of Leeds, which grew up around its mills.';

/** Why a model said what it said, and what would change its mind. */
export const lookInsideJobs: readonly SampleJob[] = [
  {
    title: 'Explanation of a review (integrated gradients)',
    model: 'tessera/sentiment-en',
    task: 'sequence-classification',
    body: { input: [review], explain_kwargs: { method: 'integrated_grads', top_k: 3, mode: 'all' } },
    show(result) {
      const { tokens, f, f_baseline, gap, n_steps } = result.explain_meta.instances[0];
      const label = result.id2label[result.labels[0]];
      return [
        `${colourWords(review, wordsOf(tokens, 'context'))}  → ${label}`,
        pc.dim(
          `F(x) = ${f.toFixed(3)}, F(baseline) = ${f_baseline.toFixed(3)}, completeness gap ${gap.toFixed(4)} in ${n_steps} steps`,
        ),
      ];
    },
  },
  {
    title: 'Explanation of an answer (occlusion)',
    model: 'tessera/qa-en',
    task: 'question-answering',
    body: { input: [[question, place]], explain_kwargs: { method: 'occlusion', top_k: 3, mode: 'all' } },
    show(result) {
      const { tokens } = result.explain_meta.instances[0];
      return [
        colourWords(question, wordsOf(tokens, 'question')),
        colourWords(place, wordsOf(tokens, 'context')),
        `→ “${result.answers[0][0].answer}”`,
      ];
    },
  },
  {
    title: 'Attack on a review (HotFlip)',
    model: 'tessera/sentiment-en',
    task: 'sequence-classification',
    body: {
      input: ['A warm, funny film.'],
      attack_kwargs: { method: 'hotflip', saliency_method: 'simple_grads', max_flips: 3 },
    },
    show(result) {
      const { edits, original, final, success, first_success_step, queries } = result.adversarial;
      const flips = edits.map(
        (edit: { from: string; to: string }) => `${pc.red(edit.from)} → ${pc.green(edit.to)}`,
      );
      return [
        `“${result.contexts[0]}” ${original.name} (${(100 * original.probability).toFixed(1)} %)`,
        `“${result.contexts[first_success_step ?? result.contexts.length - 1]}” ${final.name} (${(100 * final.probability).toFixed(1)} %)`,
        `${success ? 'flipped' : 'not flipped'} by ${flips.join(', ')} in ${queries} queries`,
      ];
    },
  },
];
