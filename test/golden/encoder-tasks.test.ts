import { fileURLToPath } from 'node:url';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JobPayload, jobPayload, type PredictedResult, type TaskName, type TaskResult } from '@tessera/contracts';
import type { OpenRuntime } from '@tessera/serving';
import { runTask } from '@tessera/tasks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGolden } from './open-golden.ts';

/**
 * Every encoder task on every reference model: the values PyTorch gave for the same folders
 * (references/tasks), asked for in the same batches, so that padding positions count as well.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'test/golden/tasks');

interface Golden {
  readonly model: string;
  readonly folder: string;
  readonly task: string;
  readonly tolerance: Readonly<Record<string, number>>;
  // biome-ignore lint/suspicious/noExplicitAny: each task's cases have a shape of their own, read field by
  // field below
  readonly cases: readonly any[];
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const golden = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Golden;
  describe(golden.model, () => {
    let runtime: OpenRuntime;
    beforeAll(async () => {
      runtime = await openGolden(golden, 32);
    });
    afterAll(() => runtime?.close());

    const run: Run = <T extends TaskName>(payload: Asked<T>) =>
      runTask(jobPayload.parse(payload) as JobPayload<T>, {
        runtime,
        ...(golden.task === 'embedding' ? { modelType: 'onnx' as const } : {}),
        signal: new AbortController().signal,
        batchSize: 32,
        measure: () => undefined,
        monotonicMs: () => 0,
        reportProgress: () => undefined,
      });
    checks[golden.task]!(golden, run);
  });
}

type Asked<T extends TaskName> = Readonly<Record<string, unknown>> & { readonly task: T };
type Run = <T extends TaskName>(payload: Asked<T>) => Promise<PredictedResult<T>>;
// biome-ignore lint/suspicious/noExplicitAny: see Golden
type Case = any;

const checks: Readonly<Record<string, (golden: Golden, run: Run) => void>> = {
  'sequence-classification': checkSequences,
  regression: checkSequences,
  'token-classification': checkTokens,
  'multiple-choice': checkChoices,
  embedding: checkEmbeddings,
  'sentence-embedding': checkSentences,
  'question-answering': checkAnswers,
};

function checkSequences({ cases, tolerance }: Golden, run: Run): void {
  it.each(batchesOf(cases))('batch %i', async (_, batch) => {
    const input = batch.map((c) => c.input);
    const task = 'sequence-classification';
    const plain = await run({ task, input });
    const raw = await run({ task, input, options: { isRegression: true } });
    expectClose(
      rowsOf(raw, 'logits'),
      batch.map((c) => c.logits),
      tolerance.logits!,
    );
    expect(raw.prediction.labels).toEqual([]);
    expect(raw.warnings).toHaveLength(batch.filter((c) => c.truncation !== null).length);
    if (batch[0].labels)
      return expectClose(
        rowsOf(plain, 'logits'),
        batch.map((c) => c.logits),
        tolerance.logits!,
      );
    expectClose(
      rowsOf(plain, 'logits'),
      batch.map((c) => c.probabilities),
      tolerance.probabilities!,
    );
    const labels = plain.prediction.labels;
    batch.forEach((c, row) => c.near_tie || expect(labels[row]).toBe(c.label));
  });
}

function checkTokens({ cases, tolerance }: Golden, run: Run): void {
  it.each(batchesOf(cases))('batch %i', async (_, batch) => {
    const input = batch.map((c) => c.input);
    const task = 'token-classification';
    const plain = await run({ task, input });
    const raw = await run({ task, input, options: { isRegression: true } });
    expectClose(
      rowsOf(raw, 'logits'),
      batch.map((c) => c.logits),
      tolerance.logits!,
    );
    expectClose(
      rowsOf(plain, 'logits'),
      batch.map((c) => c.probabilities),
      tolerance.probabilities!,
    );
    expect(plain.prediction.wordIds).toEqual(batch.map((c) => c.word_ids));
    expect(plain.prediction.offsets).toEqual(batch.map((c) => c.offsets));
    const labels = plain.prediction.labels;
    batch.forEach((c, row) => {
      const near = new Set<number>(c.near_ties);
      expect(labels[row]!.filter((_, t) => !near.has(t))).toEqual(
        c.labels.filter((_: number, t: number) => !near.has(t)),
      );
    });
  });
}

function checkChoices({ cases, tolerance }: Golden, run: Run): void {
  it.each(cases.map((c, at) => [at, c] as const))('question %i', async (_, c) => {
    const { prediction, tensors } = await run({ task: 'sequence-classification', input: c.input });
    expect(tensors.logits!.shape).toEqual([1, c.input.length]);
    expectClose([...tensors.logits!.data].map(Number), c.probabilities[0], tolerance.probabilities!);
    if (!c.near_tie) expect(prediction.labels).toEqual(c.labels);
  });
}

function checkEmbeddings({ cases, tolerance }: Golden, run: Run): void {
  const task = 'embedding';
  it.each(batchesOf(cases))('batch %i', async (_, batch) => {
    const input = batch.map((c) => c.input);
    for (const mode of ['mean', 'max', 'cls', 'pooler'] as const) {
      if (!(mode in batch[0])) continue;
      const result = await run({ task, input, options: { mode } });
      expectClose(
        rowsOf(result, 'embeddings'),
        batch.map((c) => c[mode]),
        tolerance.all!,
      );
      expect(result.prediction).toEqual({ mode });
    }
    const normalized = rowsOf(await run({ task, input, options: { normalize: true } }), 'embeddings');
    batch.forEach((c, row) => {
      if (c.mean_normalized) expectClose(normalized[row], c.mean_normalized, tolerance.all!);
    });
  });

  it.each(batchesOf(cases))('batch %i token by token', async (_, batch) => {
    const input = batch.map((c) => c.input);
    const token = await run({ task, input, options: { mode: 'token' } });
    const normalized = await run({ task, input, options: { mode: 'token', normalize: true } });
    expect(token.prediction.wordIds).toEqual(batch.map((c) => c.word_ids));
    const [rows, unit] = [rowsOf(token, 'embeddings'), rowsOf(normalized, 'embeddings')] as number[][][][];
    batch.forEach((c, row) => {
      const real = rows![row]!.slice(0, c.length);
      expectClose(real.map(mean), c.token_row_means, tolerance.all!);
      if (c.token) expectClose(real, c.token, tolerance.all!);
      if (c.token_normalized) expectClose(unit![row]!.slice(0, c.length), c.token_normalized, tolerance.all!);
    });
  });
}

function checkSentences({ cases, tolerance }: Golden, run: Run): void {
  it.each(batchesOf(cases))('batch %i', async (_, batch) => {
    const result = await run({
      task: 'embedding',
      input: batch.map((c) => c.input),
    });
    expectClose(
      rowsOf(result, 'embeddings'),
      batch.map((c) => c.embedding),
      tolerance.embedding!,
    );
    expect(result.prediction).toEqual({ mode: null });
  });
}

function checkAnswers({ cases, tolerance }: Golden, run: Run): void {
  it.each(cases.map((c, at) => [at, c] as const))('question %i', async (_, c) => {
    for (const { options, answers, near_tie } of c.decoded) {
      const result = await run({
        task: 'question-answering',
        input: [[c.question, c.context]],
        preprocessing: { stride: c.stride },
        options: {
          topk: options.topk,
          maxAnswerLen: options.max_answer_len,
          showNullAnswers: options.show_null_answers,
        },
      });
      const [found] = result.prediction.answers as (typeof answers)[];
      expect(found.map((a: Case) => a.score)).toEqual(
        answers.map((a: Case) =>
          expect.toSatisfy(
            (score: number) => Math.abs(score - a.score) <= tolerance.score_relative! * a.score + 1e-9,
          ),
        ),
      );
      if (!near_tie) expect(places(found)).toEqual(places(answers));
      for (const { answer, start, end } of found)
        expect(answer).toBe(
          Array.from(c.context as string)
            .slice(start, end)
            .join(''),
        );
      if (c.windows.length === 1) {
        expectClose(rowsOf(result, 'start_logits')[0], c.windows[0].start_logits, tolerance.logits!);
        expectClose(rowsOf(result, 'end_logits')[0], c.windows[0].end_logits, tolerance.logits!);
      } else
        expect(result.warnings.join()).toContain(
          `read in ${c.windows.length} windows that share ${c.overlap_used} tokens`,
        );
    }
  });
}

const places = (answers: readonly Case[]) =>
  answers.map(({ start, end, answer }) => ({ start, end, answer }));
const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** The batches the references were computed in: `batch` numbers count from 0. */
function batchesOf(cases: readonly Case[]): [number, Case[]][] {
  const batches = new Map<number, Case[]>();
  for (const c of cases) batches.set(c.batch, [...(batches.get(c.batch) ?? []), c]);
  return [...batches];
}

/** A tensor of a result as nested lists. */
// biome-ignore lint/suspicious/noExplicitAny: the depth depends on the tensor
function rowsOf(result: TaskResult, name: string): any[] {
  const { shape, data } = result.tensors[name]!;
  let values: unknown[] = Array.from(data, Number);
  for (const size of shape.slice(1).reverse())
    values = Array.from({ length: values.length / size }, (_, at) =>
      values.slice(at * size, (at + 1) * size),
    );
  return values;
}

/** Compares nested lists of numbers and names the path of the first that is too far off. */
function expectClose(found: unknown, wanted: unknown, tolerance: number, path = ''): void {
  if (Array.isArray(wanted)) {
    expect((found as unknown[]).length, `length at [${path}]`).toBe(wanted.length);
    wanted.forEach((value, at) => expectClose((found as unknown[])[at], value, tolerance, `${path}.${at}`));
    return;
  }
  const difference = Math.abs((found as number) - (wanted as number));
  if (!(difference <= tolerance)) expect.fail(`at [${path}]: ${found} is ${difference} off ${wanted}`);
}
