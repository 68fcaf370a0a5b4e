import type { JsonObject } from '@tessera/contracts';
import {
  decisiveAnswers,
  reviews,
} from '../../apps/worker/src/model-process/explain/testing/decisive-texts.ts';
import { openModel, type TestModel } from '../../apps/worker/src/model-process/explain/testing/open-model.ts';
import { median, printTable } from '../statistics.ts';

/*
 * Queries a second of one attack whose candidates are scored in batches, against one candidate at a time; time of one HotFlip flip;
 * what HotFlip and input reduction achieve on sets of texts. Feng et al. (2018) reduce SQuAD questions from 11.5 to 2.3 words.
 */
const threads = Number(process.env.MODEL_THREADS ?? 2);
const inputs = Number(process.env.BENCH_INPUTS ?? 200);

interface Table {
  readonly success_rate: number;
  readonly mean_queries: number;
  readonly mean_perturbed_share: number;
}

async function attack(model: TestModel, input: readonly unknown[], options: JsonObject, task: string) {
  const startMs = performance.now();
  const { fields } = await model.run({ task, input, attack: options });
  return { adversarial: fields['adversarial'] as JsonObject, ms: performance.now() - startMs };
}

async function throughput(model: TestModel): Promise<void> {
  const text = reviews(6).join(' ');
  const classify = 'sequence-classification';
  const reduce = { method: 'input_reduction', max_reductions: 3 };
  await attack(model, [text], reduce, classify);
  const { adversarial, ms } = await attack(model, [text], reduce, classify);
  const queries = adversarial['queries'] as number;
  const startMs = performance.now();
  for (let i = 0; i < queries; i += 1) await model.run({ task: classify, input: [text] });
  const oneByOneMs = performance.now() - startMs;
  printTable(
    [`input reduction of ${text.split(' ').length} words`, 'queries', 'queries a second'],
    [
      ['candidates of a step in batches', queries, (1000 * queries) / ms],
      ['as many predictions one at a time', queries, (1000 * queries) / oneByOneMs],
    ],
  );
  const flip = { method: 'hotflip', max_flips: 3 };
  await attack(model, [text], flip, classify);
  const found = await attack(model, [text], flip, classify);
  const flips = Math.max(1, (found.adversarial['edits'] as readonly unknown[]).length);
  console.log('');
  printTable(
    ['hotflip on the same text', 'flips', 'queries', 'ms a flip'],
    [
      [
        'gradient, whole vocabulary, 16 candidates judged',
        flips,
        found.adversarial['queries'] as number,
        found.ms / flips,
      ],
    ],
  );
}

async function sets(model: TestModel): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const method of ['hotflip', 'deepwordbug', 'neighbour_substitution']) {
    const options = { method, max_flips: 3 };
    const { adversarial, ms } = await attack(model, reviews(inputs), options, 'sequence-classification');
    const table = adversarial['table'] as unknown as Table;
    rows.push([method, table.success_rate, table.mean_perturbed_share, table.mean_queries, ms / inputs]);
  }
  console.log('');
  printTable(
    [`${inputs} reviews, 3 flips at the most`, 'success rate', 'perturbed share', 'queries', 'ms an input'],
    rows,
  );
}

async function reductions(): Promise<void> {
  const model = await openModel('models/tessera/qa-en', threads);
  try {
    const options = { method: 'input_reduction', max_reductions: 30 };
    const { adversarial } = await attack(model, decisiveAnswers, options, 'question-answering');
    const reports = adversarial['inputs'] as unknown as readonly { words: number; reduced_to: number }[];
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    console.log('');
    printTable(
      ['input reduction', 'questions', 'mean words before', 'mean words after', 'median after'],
      [
        [
          'starter QA model',
          reports.length,
          mean(reports.map((one) => one.words)),
          mean(reports.map((one) => one.reduced_to)),
          median(reports.map((one) => one.reduced_to)),
        ],
        ['Feng et al. 2018, SQuAD', '', 11.5, 2.3, ''],
      ],
    );
  } finally {
    await model.close();
  }
}

const model = await openModel('models/tessera/sentiment-en', threads);
try {
  await throughput(model);
  await sets(model);
} finally {
  await model.close();
}
await reductions();
