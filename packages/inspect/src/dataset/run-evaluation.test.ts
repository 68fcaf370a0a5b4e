import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import {
  type Curve,
  type EvaluationReport,
  evaluationTopK,
  jobPayload,
  type TaskProgress,
} from '@tessera/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomizedPrefix } from '../other-models/randomized-model.ts';
import { openModel, type TestModel } from '../testing/open-model.ts';
import { runEvaluation } from './run-evaluation.ts';

interface Asked {
  readonly task: string;
  readonly input: readonly unknown[];
  readonly records?: readonly object[];
  readonly explain?: readonly object[];
  readonly attack?: readonly object[];
  readonly options?: object;
}

/** The payload as the native dialect makes it. */
function payloadOf({ task, input, records, explain = [], attack = [], options }: Asked) {
  const evaluation = {
    records: records ?? input.map(() => ({ rows: 1, gold: null })),
    explain: explain.map((options) => ({ top_k: evaluationTopK, ...options })),
    attack,
  };
  const parsed = jobPayload.parse({ task, input, evaluation, ...(options ? { options } : {}) });
  return { ...parsed, evaluation: parsed.evaluation! };
}

type Numbers = Record<string, { mean: number; std: number; n: number }>;
interface ExplainedSummary {
  readonly method: string;
  readonly explained: number;
  readonly failed: number;
  readonly measures: Numbers;
  readonly curves: { deletion: { mean: number; n: number; share: number[]; probability: number[] } };
}
interface ExplainedRow {
  readonly modelCalls: number;
  readonly topWords: readonly [string, number][];
  readonly measures: Record<string, number | null>;
  readonly error?: { code: string; text: string };
}

async function evaluate(model: TestModel, asked: Asked, more: object = {}): Promise<EvaluationReport> {
  const context = { ...model.context, ...more };
  const { evaluation } = await runEvaluation(payloadOf(asked), context, model.openHelper);
  return evaluation!;
}

const summaries = (report: EvaluationReport) => report.methods as unknown as ExplainedSummary[];
const row = (report: EvaluationReport, record: number, method = 0) =>
  report.rows[record]!.methods[method] as unknown as ExplainedRow;

function withModel(folder: string, tests: (model: () => TestModel) => void): void {
  describe(folder, () => {
    let model: TestModel;
    beforeAll(async () => {
      model = await openModel(`test/fixtures/models/${folder}`);
    });
    afterAll(() => model.close());
    tests(() => model);
  });
}

withModel('bert-sequence-classification', (model) => {
  const task = 'sequence-classification';
  const input = ['a good film in a dull evening', 'Anna sings', 'the old town has many narrow streets'];

  it('measures each method on each record as a request of its own would, and averages what it finds', async () => {
    const explain = [{ method: 'integrated_grads', n_steps: 5 }, { method: 'occlusion' }];
    const report = await evaluate(model(), { task, input, explain });
    expect(report).toMatchObject({ kind: 'explain', records: 3, accuracy: null });
    expect(summaries(report).map(({ method, explained, failed }) => [method, explained, failed])).toEqual([
      ['integrated_grads', 3, 0],
      ['occlusion', 3, 0],
    ]);
    for (const [m, options] of explain.entries()) {
      const alone = await model().run({ task, input, explain: { ...options, evaluate: true } });
      const evaluations = alone.explanation!.instances.map(
        ({ evaluation }) => evaluation as { tau_loo: number; deletion: Curve & { area: number } },
      );
      const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
      const { measures, curves } = summaries(report)[m]!;
      expect(measures['tau_loo']!.mean).toBeCloseTo(mean(evaluations.map((one) => one.tau_loo)), 6);
      expect(measures['tau_loo']!.n).toBe(3);
      expect(curves.deletion).toMatchObject({ n: 3 });
      curves.deletion.probability.forEach((value, k) =>
        expect(value).toBeCloseTo(mean(evaluations.map((one) => one.deletion.probability[k]!)), 6),
      );
      evaluations.forEach((one, r) => {
        expect(row(report, r, m).measures['tau_loo']).toBeCloseTo(one.tau_loo, 6);
        expect(row(report, r, m).measures['deletion']).toBeCloseTo(one.deletion.area, 6);
      });
    }
    expect(
      row(report, 1)
        .topWords.map(([word]) => word)
        .sort(),
    ).toEqual(['Anna', 'sings']);
  });

  it('runs only the measures that are asked for, which saves the model calls of the others', async () => {
    const run = (metrics?: readonly string[]) =>
      evaluate(model(), { task, input, explain: [{ method: 'attention', ...(metrics && { metrics }) }] });
    const [all, curves] = [await run(), await run(['curves'])];
    expect(Object.keys(summaries(curves)[0]!.measures)).toEqual(['tokens']);
    expect(summaries(curves)[0]!.curves.deletion.share).toHaveLength(11);
    expect(row(curves, 0).modelCalls).toBeLessThan(row(all, 0).modelCalls / 2);
  });

  it('makes the randomised models once for all records, and leaves none behind', async () => {
    const made = async (): Promise<readonly string[]> =>
      (await readdir(tmpdir())).filter((name) => name.startsWith(randomizedPrefix));
    const before = new Set(await made());
    const opened: string[] = [];
    const { files } = model().context;
    const open = (folder: string) => {
      opened.push(folder);
      return files!.open(folder);
    };
    const explain = [{ method: 'occlusion', metrics: ['mprt'] }];
    const report = await evaluate(model(), { task, input, explain }, { files: { ...files!, open } });
    const blocks = model().runtime.description.layers + 1;
    const mprt = summaries(report)[0]!.measures['mprt'] as unknown as readonly { n: number }[];
    expect(mprt.map(({ n }) => n)).toEqual(Array(blocks).fill(3));
    expect(opened).toHaveLength(3 * blocks);
    expect(new Set(opened).size).toBe(blocks);
    expect((await made()).filter((name) => !before.has(name) && opened.join().includes(name))).toEqual([]);
  });

  it('tells the progress in records times methods', async () => {
    const heard: TaskProgress[] = [];
    const explain = [{ method: 'attention' }, { method: 'occlusion' }];
    const reportProgress = (progress: TaskProgress): void => void heard.push(progress);
    await evaluate(model(), { task, input, explain }, { reportProgress });
    expect(new Set(heard.map(({ total }) => total))).toEqual(new Set([6]));
    expect([...new Set(heard.map(({ done }) => done))]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(heard[0]!.note).toBe('attention, record 1 of 3');
  });

  it('ends between chunks when it is cancelled', async () => {
    const abort = new AbortController();
    let seen = 0;
    const reportProgress = ({ done }: TaskProgress): void => {
      seen = done;
      if (done === 1) abort.abort();
    };
    const cancelled = evaluate(
      model(),
      { task, input, explain: [{ method: 'occlusion' }] },
      { signal: abort.signal, reportProgress },
    );
    await expect(cancelled).rejects.toMatchObject({ code: 'TASK_CANCELLED' });
    expect(seen).toBe(1);
  });

  it('knows the accuracy by index and label, over the records whose truth is told', async () => {
    const { labels, id2label } = (await model().run({ task, input })).prediction!;
    const wrong = Object.keys(id2label)
      .map(Number)
      .find((label) => label !== labels[1])!;
    const records = [
      { rows: 1, gold: { label: id2label[String(labels[0])]! } },
      { rows: 1, gold: { label: wrong } },
      { rows: 1, gold: null },
    ];
    const asked = { task, input, records, explain: [{ method: 'attention', metrics: ['tau_loo'] }] };
    const report = await evaluate(model(), asked);
    expect(report.accuracy).toEqual({ mean: 0.5, n: 2 });
    expect(report.rows.map(({ correct }) => correct)).toEqual([true, false, null]);

    const attack = [{ method: 'deepwordbug', max_flips: 1 }];
    const attacked = await evaluate(model(), { task, input, records, attack });
    const { table } = attacked.methods[0] as { table: Record<string, number | null> };
    expect(table).toMatchObject({ inputs: 3, skipped: 1, originalAccuracy: 0.5 });
    const success = (r: number) => (attacked.rows[r]!.methods[0] as { success: boolean }).success;
    expect(table['accuracyUnderAttack']).toBe(success(0) ? 0 : 0.5);
    expect(table['successRate']).toBe((Number(success(0)) + Number(success(2))) / 2);
    expect(attacked.rows[1]!.methods[0]).toMatchObject({ skipped: true, queries: 0 });
  });

  it('a record that a method cannot take is told in its row, and the others count', async () => {
    const records = [0, 99, 1].map((label) => ({ rows: 1, gold: { label } }));
    const report = await evaluate(model(), { task, input, records, explain: [{ method: 'attention' }] });
    expect(row(report, 1).error).toMatchObject({
      code: 'INPUT_INVALID',
      text: expect.stringContaining('records.1.label'),
    });
    expect(summaries(report)[0]).toMatchObject({ explained: 2, failed: 1 });
  });

  it('fails as a whole when nothing could be measured', async () => {
    const asked = { task, input, explain: [{ method: 'attention', target: 99 }] };
    await expect(evaluate(model(), asked)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});

withModel('bert-question-answering', (model) => {
  const task = 'question-answering';
  const input = [
    ['Who sings?', 'In the evening Anna sings songs.'],
    ['Where is the town?', 'The old town has many narrow streets.'],
  ];

  it('answers are judged and explained, questions reduced', async () => {
    const { answers } = (await model().run({ task, input })).prediction!;
    const records = [
      { rows: 1, gold: { answers: [answers[0]![0]!.answer] } },
      { rows: 1, gold: { answers: ['certainly something else'] } },
    ];
    const explain = [{ method: 'simple_grads', metrics: ['tau_loo'] }];
    const explained = await evaluate(model(), { task, input, records, explain });
    expect(explained.accuracy).toEqual({ mean: 0.5, n: 2 });
    const reduced = await evaluate(model(), {
      task,
      input,
      records,
      attack: [{ method: 'input_reduction' }],
    });
    const { table } = reduced.methods[0] as { table: Record<string, number | null> };
    // Reduction keeps the answer, so what was right stays right.
    expect(table).toMatchObject({ skipped: 1, originalAccuracy: 0.5, accuracyUnderAttack: 0.5 });
  });
});

withModel('bert-multiple-choice', (model) => {
  it('the predicted choice of each question is explained', async () => {
    const task = 'sequence-classification';
    const choices = (...texts: string[]) => texts.map((text) => ['What is the sky?', text]);
    const input = [...choices('blue', 'a green thing', 'loud'), ...choices('red', 'blue')];
    const { labels } = (await model().run({ task, input: input.slice(0, 3) })).prediction!;
    const records = [
      { rows: 3, gold: { label: labels[0]! } },
      { rows: 2, gold: null },
    ];
    const explain = [{ method: 'occlusion', metrics: ['curves'] }];
    const report = await evaluate(model(), { task, input, records, explain });
    expect(report).toMatchObject({ records: 2, accuracy: { mean: 1, n: 1 } });
    const words = row(report, 0).topWords.map(([word]) => word);
    expect(words.length).toBeGreaterThan(0);
    for (const word of words) expect(`What is the sky? ${input[labels[0]!]![1]}`).toContain(word);
  });
});

withModel('bert-token-classification', (model) => {
  it('the surest token of each text is explained', async () => {
    const input = ['Anna lives in Ghent.', 'She sings.'];
    const explain = [{ method: 'simple_grads', metrics: ['curves', 'eraser'] }];
    const report = await evaluate(model(), { task: 'token-classification', input, explain });
    expect(summaries(report)[0]!.measures['eraser_sufficiency']!.n).toBe(2);
    expect(report.rows[0]).toMatchObject({ prediction: null, correct: null });
  });
});

withModel('bert-regression', (model) => {
  it('a regression is explained and judged by nobody', async () => {
    const task = 'sequence-classification';
    const explain = [{ method: 'occlusion', metrics: ['curves'] }];
    const report = await evaluate(model(), { task, input: ['a good film', 'Anna sings'], explain });
    expect(report).toMatchObject({ accuracy: null, methods: [{ explained: 2, failed: 0 }] });
    expect(report.rows[0]).toMatchObject({ prediction: null, correct: null });
  });
});

withModel('bert-embedding', (model) => {
  it("the first text's part in the cosine of a pair is explained", async () => {
    const input = ['Anna lives in Ghent.', 'She has a house in Ghent.', 'a dull film', 'a good film'];
    const records = [
      { rows: 2, gold: null },
      { rows: 2, gold: null },
    ];
    const explain = [{ method: 'integrated_grads', n_steps: 5, metrics: ['tau_loo'], top_k: 10 }];
    const report = await evaluate(model(), { task: 'embedding', input, records, explain });
    expect(report.records).toBe(2);
    expect(
      row(report, 1)
        .topWords.map(([word]) => word)
        .sort(),
    ).toEqual(['a', 'dull', 'film']);
  });
});
