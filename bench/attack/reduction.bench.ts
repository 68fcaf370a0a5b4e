import { normalAnswer } from '../../packages/attack/src/outcome.ts';
import { finishTask } from '../native-task.ts';
import { median, printTable } from '../statistics.ts';
import { questions } from './datasets.ts';
import { parts, withServer } from './server.ts';

/*
 * How short questions get before the starter question answering model changes its answer, and whether every
 * step that input reduction lists keeps the answer when it is asked afresh, through HTTP. Feng et al. (2018)
 * reduce SQuAD questions from 11.5 to 2.3 words with another model; beam search as there.
 */
const model = 'tessera/qa-en';
const task = 'question-answering';
const count = Number(process.env.BENCH_INPUTS ?? 100);
// As SQuAD 1.1 has it, every question has an answer.
const options = { showNullAnswers: false };
/** Questions of one request: progress is seen, and a reply stays small. */
const together = 20;

interface Report {
  readonly texts: readonly string[];
  readonly words: number;
  readonly reduced_to: number;
  readonly queries: number;
}
type Answers = readonly (readonly { readonly answer: string }[])[];

await withServer(model, async (url) => {
  const { source, pairs } = questions(count);
  const ask = async (input: readonly (readonly string[])[]): Promise<readonly string[]> => {
    const answers: string[] = [];
    for (const part of parts(input, 256)) {
      const { result } = await finishTask(url, { model, task, options, input: part });
      answers.push(...(result.answers as Answers).map(([best]) => normalAnswer(best!.answer)));
    }
    return answers;
  };
  const reduce = async (
    beam: number,
  ): Promise<{ readonly ms: number; readonly reports: readonly Report[] }> => {
    const attack = { method: 'input_reduction', max_reductions: 100, beam };
    let ms = 0;
    const reports: Report[] = [];
    for (const input of parts(pairs, together)) {
      const done = await finishTask(url, { model, task, options, input, attack });
      ms += done.ms;
      reports.push(...(done.result.attack as { inputs: readonly Report[] }).inputs);
    }
    return { ms, reports };
  };
  const originals = await ask(pairs);
  const rows: (string | number)[][] = [];
  for (const beam of [5, 1]) {
    const { ms, reports } = await reduce(beam);
    const steps = reports.flatMap(({ texts }, i) =>
      texts.slice(1).map((text) => ({ i, row: [text, pairs[i]![1]] as const })),
    );
    const afresh = await ask(steps.map(({ row }) => row));
    const lost = steps.filter(({ i }, k) => afresh[k] !== originals[i]).length;
    const mean = (of: (report: Report) => number): number =>
      reports.reduce((sum, report) => sum + of(report), 0) / reports.length;
    rows.push([
      beam === 1 ? 'greedy' : `beam ${beam}`,
      mean(({ words }) => words),
      mean(({ reduced_to }) => reduced_to),
      median(reports.map(({ reduced_to }) => reduced_to)),
      steps.length,
      lost,
      mean(({ queries }) => queries),
      ms / reports.length,
    ]);
    if (lost > 0) process.exitCode = 1;
  }
  console.log(`${pairs.length} questions: ${source}\n`);
  printTable(
    [
      'input reduction',
      'mean words before',
      'mean words after',
      'median after',
      'steps listed',
      'steps that lose the answer afresh',
      'queries a question',
      'ms a question',
    ],
    [...rows, ['Feng et al. 2018, SQuAD, beam 5', 11.5, 2.3, '', '', '', '', '']],
  );
});
