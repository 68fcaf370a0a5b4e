import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decisiveAnswers, reviews } from '../../packages/inspect/src/testing/decisive-texts.ts';

/*
 * Texts that attacks are measured on. `DATASETS` names a folder with SST2/dev.tsv (label, content) and
 * QA-unified/squad11_eval.jsonl (question, context, answers), which are no part of this repository; without
 * it the benches run on the made-up texts of the tests.
 */
const folder = process.env.DATASETS;

export interface LabelledText {
  readonly text: string;
  /** 0 negative, 1 positive; null where nobody said. */
  readonly label: 0 | 1 | null;
}

/** Sentences evenly over the SST-2 development set, which the starter model was not trained on. */
export function sentences(count: number): {
  readonly source: string;
  readonly texts: readonly LabelledText[];
} {
  if (folder === undefined)
    return { source: 'made-up reviews', texts: reviews(count).map((text) => ({ text, label: null })) };
  const lines = readFileSync(join(folder, 'SST2/dev.tsv'), 'utf8').trim().split('\n').slice(1);
  const texts = evenly(lines, count).map((line): LabelledText => {
    const [label, text] = line.split('\t') as [string, string];
    return { text, label: label === '1' ? 1 : 0 };
  });
  return { source: 'SST-2 development set', texts };
}

export type Question = readonly [question: string, context: string];

/**
 * Questions evenly over the SQuAD 1.1 articles that the starter model was not trained on, each with the
 * sentence of its answer.
 */
export function questions(count: number): { readonly source: string; readonly pairs: readonly Question[] } {
  if (folder === undefined) return { source: 'made-up questions', pairs: decisiveAnswers };
  const lines = readFileSync(join(folder, 'QA-unified/squad11_eval.jsonl'), 'utf8').trim().split('\n');
  const pairs = evenly(lines, count).map((line): Question => {
    const { question, context, answers } = JSON.parse(line) as {
      question: string;
      context: string;
      answers: { text: string[]; answer_start: number[] };
    };
    const start = [...context].slice(0, answers.answer_start[0]!).join('').length;
    return [question.trim(), sentenceAt(context, start, start + answers.text[0]!.length)];
  });
  return { source: 'SQuAD 1.1, unseen articles, the sentence of the answer', pairs };
}

/** The sentence around [start, end), by full stops and the like before capitals. */
function sentenceAt(text: string, start: number, end: number): string {
  const ends = [...text.matchAll(/[.!?]["')]*\s+(?=["'(]?\p{Lu})/gu)].map(
    ({ index, 0: match }) => index + match.length,
  );
  const from = ends.findLast((at) => at <= start) ?? 0;
  const to = ends.find((at) => at >= end) ?? text.length;
  return text.slice(from, to).trim();
}

function evenly<T>(all: readonly T[], count: number): readonly T[] {
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
}
