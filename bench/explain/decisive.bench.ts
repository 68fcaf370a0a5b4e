import { explainMethods } from '@tessera/contracts';
import { answerHits } from '../../packages/inspect/src/testing/answer-hits.ts';
import { askedParagraphs } from '../../packages/inspect/src/testing/asked-paragraphs.ts';
import { decisiveSentences } from '../../packages/inspect/src/testing/decisive-texts.ts';
import { openModel } from '../../packages/inspect/src/testing/open-model.ts';
import { printTable } from '../statistics.ts';

/*
 * Do explanations point at the words that matter? Every method on the starter models, on the 40 sentences
 * whose decisive words are known and on the 40 questions whose answers are (the definitions are in
 * answer-hits.ts and decisive-texts.ts), beside chance.
 */
const threads = Number(process.env.MODEL_THREADS ?? 2);
const asked = process.env.METHODS?.split(',');
const methods = explainMethods.filter((method) => method !== 'bertviz' && (asked?.includes(method) ?? true));
/** Options that keep a run short. */
const options: Readonly<Record<string, object>> = {
  smooth_grads: { n_samples: 20 },
  lime: { n_samples: 200 },
  kernel_shap: { n_samples: 200 },
};

const sentiment = await openModel('models/tessera/sentiment-en', threads);
const answering = await openModel('models/tessera/qa-en', threads);
try {
  const rows: (string | number)[][] = [];
  for (const method of methods) {
    const explain = { method, top_k: 3, ...options[method] };
    const sentences = await sentiment.run({
      task: 'sequence-classification',
      input: decisiveSentences.map(([text]) => text),
      explain,
    });
    const hits = decisiveSentences.filter(([, decisive], i) =>
      [...sentences.explanation!.instances[i]!.words.context]
        .sort((a, b) => b.score - a.score)
        .slice(0, 3)
        .some(({ text }) => decisive.includes(text.toLowerCase())),
    );
    const answered = await answering.run({
      task: 'question-answering',
      input: askedParagraphs,
      options: { showNullAnswers: false },
      explain,
    });
    const answers = answerHits(answered, askedParagraphs);
    rows.push([
      method,
      `${hits.length} of ${decisiveSentences.length}`,
      `${Math.round(answers.hit * answers.questions)} of ${answers.questions}`,
      answers.hit,
      answers.chance.hit,
      answers.precision,
      answers.chance.precision,
    ]);
  }
  printTable(
    [
      'method',
      'sentences with a decisive word in the first three',
      'questions with a word at the answer in the first three',
      'share',
      'by chance',
      'share of the first three at the answer',
      'by chance ',
    ],
    rows,
  );
} finally {
  await sentiment.close();
  await answering.close();
}
