import { type Curve, ignoredOption, parseExplainOptions } from '@tessera/contracts';
import { describe, expect, it } from 'vitest';
import type { ExplainContext } from './context.ts';
import { type Explained, type ExplainRequest, explain as explainParsed } from './explain.ts';
import { type HandToken, sentence, sequenceOf } from './testing/sequences.ts';
import { toyContext } from './testing/toy-model.ts';

/** An explanation by options as a caller writes them. */
async function explain(
  { kwargs, ...request }: Omit<ExplainRequest, 'options'> & { readonly kwargs: object },
  context: ExplainContext,
): Promise<Explained> {
  return explainParsed({ ...request, options: parseExplainOptions({ ...kwargs }).options }, context);
}

// Class 1 likes word 3 ("good") and dislikes word 4 ("bad"); "bad" twice counts more.
const table = [[0], [0], [0], [2], [-1], [0.25], [0.1]];
const sentiment = {
  table,
  outputs: (e: readonly Float64Array[]) => {
    const s = e.reduce((sum, v) => sum + v[0]! + 0.1 * v[0]! ** 2, 0);
    return {
      logits: [-s, s],
      'attentions.0': { shape: [1, e.length, e.length], data: new Array(e.length ** 2).fill(1 / e.length) },
    };
  },
};
const good = sentence(['good', 'film'], { ids: [3, 5] });
const bad = sentence(['bad', 'bad', 'film'], { ids: [4, 4, 5] });

describe('explain', () => {
  it('explains every instance of a batch, each as it would be alone', async () => {
    const kwargs = { method: 'integrated_grads', top_k: 5, mode: 'all' };
    const both = await explain({ kwargs, instances: [good, bad] }, toyContext(sentiment));
    const alone = await explain({ kwargs, instances: [bad] }, toyContext(sentiment));
    expect(both.explanation.instances[1]).toEqual(alone.explanation.instances[0]);
    expect(both.explanation.instances.map(({ words }) => words)).toMatchObject([
      { question: [], context: { length: 2 } },
      { question: [], context: { length: 3 } },
    ]);
  });

  it('gives one signed raw value per token of the input with its place in the text', async () => {
    const { explanation } = await explain(
      { kwargs: { method: 'integrated_grads' }, instances: [good] },
      toyContext(sentiment),
    );
    const [meta] = explanation.instances;
    expect(explanation.target).toBe('logit of the class before softmax');
    expect(meta!.target).toEqual({ kind: 'class', class: 1, label: 'yes' });
    expect(meta!.tokens).toMatchObject([
      { token: '[CLS]', part: 'special', word: null, value: 0 },
      { token: 'good', start: 0, end: 4, part: 'context', word: 0 },
      { token: 'film', start: 5, end: 9, part: 'context', word: 1 },
      { token: '[SEP]', part: 'special', word: null, value: 0 },
    ]);
    const sum = meta!.tokens.reduce((total, token) => total + token.value, 0);
    expect(sum).toBeCloseTo(meta!.f - meta!.fBaseline!, 5);
    expect(meta!.gap).toBeCloseTo(0, 5);
    expect(explanation.options).toMatchObject({
      quadrature: 'gauss_legendre',
      signed: false,
      seed: 0,
      evaluate: false,
    });
  });

  it.each([
    'attention',
    'simple_grads',
    'gradient_norm',
    'smooth_grads',
    'integrated_grads',
    'occlusion',
    'lime',
    'kernel_shap',
    'attention_rollout',
  ])('%s: words whose scores are shares of all that is shown', async (method) => {
    const found = await explain({ kwargs: { method, top_k: 2 }, instances: [bad] }, toyContext(sentiment));
    const words = found.explanation.instances[0]!.words.context;
    expect(words.map(({ text }) => text)).toEqual(['bad', 'bad', 'film']);
    expect(words.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 2);
    expect(words.every(({ score }) => score >= 0)).toBe(true);
    expect(found.explanation.pages).toBeUndefined();
  });

  it('a model that does not look gives zeros, not NaN', async () => {
    const blind = toyContext({ table, outputs: () => ({ logits: [0, 1] }) });
    const found = await explain({ kwargs: { method: 'simple_grads' }, instances: [good] }, blind);
    expect(found.explanation.instances[0]!.words.context).toEqual([
      { text: 'good', score: 0 },
      { text: 'film', score: 0 },
    ]);
  });

  it('bertviz gives a page per instance', async () => {
    const found = await explain(
      { kwargs: { method: 'bertviz' }, instances: [good, bad] },
      toyContext(sentiment),
    );
    expect(found.explanation.pages).toHaveLength(2);
    expect(found.explanation.pages![0]).toMatch(/^<!doctype html>/);
  });

  it('explains s_i + e_j of the returned answer, one side on request', async () => {
    const tokens: HandToken[] = [
      { token: '[CLS]', id: 1, text: null },
      { token: 'who', id: 5, text: 0, word: 0, at: [0, 3] },
      { token: '[SEP]', id: 2, text: null },
      { token: 'neo', id: 3, text: 1, word: 0, at: [0, 3] },
      { token: 'x', id: 4, text: 1, word: 1, at: [4, 5] },
    ];
    const qa = {
      texts: ['who', 'neo x'] as const,
      windows: [sequenceOf(tokens)],
      prediction: { kind: 'answer', start: 0, end: 3, answer: 'neo' } as const,
    };
    const model = {
      table,
      outputs: (e: readonly Float64Array[]) => ({
        start_logits: e.map((v) => 3 * v[0]!),
        end_logits: e.map((v) => v[0]! * e[1]![0]!),
      }),
    };
    const run = (target?: string) =>
      explain({ kwargs: { method: 'simple_grads', target }, instances: [qa] }, toyContext(model));
    const both = (await run()).explanation.instances[0]!;
    expect(both.f).toBeCloseTo(3 * 2 + 2 * 0.25, 6);
    expect(both.tokens.map((t) => t.part)).toEqual(['special', 'question', 'special', 'context', 'context']);
    expect(both.tokens[3]!.value).toBeCloseTo(6.5, 5);
    expect((await run('start')).explanation.instances[0]!.f).toBeCloseTo(6, 6);
    expect((await run('end')).explanation.instances[0]!.tokens[1]!.value).toBeCloseTo(0.5, 5);
    await expect(run('middle')).rejects.toThrow('explain.target');
  });

  it('chooses the window that holds the answer and says so', async () => {
    const window = (word: string, id: number, at: readonly [number, number]) =>
      sequenceOf([
        { token: '[CLS]', id: 1, text: null },
        { token: 'q', id: 5, text: 0, word: 0, at: [0, 1] },
        { token: word, id, text: 1, word: at[0], at },
      ]);
    const qa = {
      texts: ['q', 'bad neo'] as const,
      windows: [window('bad', 4, [0, 3]), window('neo', 3, [4, 7])],
      prediction: { kind: 'answer', start: 4, end: 7, answer: 'neo' } as const,
    };
    const model = {
      table,
      outputs: (e: readonly Float64Array[]) => ({
        start_logits: e.map((v) => v[0]!),
        end_logits: e.map((v) => v[0]!),
      }),
    };
    const found = await explain({ kwargs: { method: 'occlusion' }, instances: [qa] }, toyContext(model));
    expect(found.explanation.instances[0]).toMatchObject({ window: { index: 1, count: 2 }, f: 4 });
    expect(found.warnings).toEqual([expect.stringContaining('window 2 of 2')]);
    expect(found.explanation.instances[0]!.words.context).toEqual([{ text: 'neo', score: 1 }]);
  });

  it('explains a token, a similarity and a generated token', async () => {
    const perToken = {
      table,
      outputs: (e: readonly Float64Array[]) => ({
        logits: { shape: [e.length, 2], data: e.flatMap((v) => [v[0]!, -v[0]!]) },
        last_hidden_state: { shape: [e.length, 1], data: e.map((v) => 1 + v[0]!) },
      }),
    };
    const context = () => toyContext(perToken, { facts: { id2label: { '0': 'O', '1': 'PER' } } });
    const meta = async (prediction: Parameters<typeof sentence>[1]['prediction'], kwargs: object = {}) => {
      const one = sentence(['good', 'bad'], { ids: [3, 4], ...(prediction ? { prediction } : {}) });
      const other = sentence(['film'], { ids: [5], ...(prediction ? { prediction } : {}) });
      const request = { kwargs: { method: 'simple_grads', ...kwargs }, instances: [one, other] };
      return (await explain(request, context())).explanation.instances[0]!;
    };
    // Unasked, "bad" is explained: its class is no "O".
    expect(await meta({ kind: 'token-class' })).toMatchObject({ f: 1, target: { token: 2, label: 'PER' } });
    expect(await meta({ kind: 'token-class' }, { target: 1 })).toMatchObject({
      f: 2,
      target: { token: 1, label: 'O' },
    });
    const asked = { target: { token: 1, class: 'PER' } };
    expect(await meta({ kind: 'token-class' }, asked)).toMatchObject({ f: -2 });
    expect(await meta({ kind: 'similarity', pooling: 'mean', other: 1 })).toMatchObject({ f: 1 });
    expect((await meta({ kind: 'next-token', id: 1, input: 0, step: 0 })).f).toBeCloseTo(0, 9);
  });

  it('a mean of a spent budget is said in the reply and in a warning', async () => {
    const kwargs = { method: 'occlusion', budget: { model_calls: 3 } };
    const found = await explain({ kwargs, instances: [bad] }, toyContext(sentiment));
    expect(found.explanation.instances[0]).toMatchObject({
      modelCalls: 3,
      budgetSpent: true,
      details: { features: 3, measured: 2 },
    });
    expect(found.warnings).toEqual([expect.stringContaining('budget ended')]);
  });

  it('a budget in seconds is looked at between chunks and shared by the instances', async () => {
    let nowMs = 0;
    const context = toyContext(sentiment, { monotonicMs: () => nowMs });
    const forward = context.forward.bind(context);
    const slow = {
      ...context,
      forward: (call: Parameters<typeof forward>[0]) => {
        nowMs += 1000;
        return forward(call);
      },
    };
    const kwargs = { method: 'kernel_shap', n_samples: 62, budget: { seconds: 9 } };
    const found = await explain({ kwargs, instances: [bad, bad] }, slow);
    expect(found.explanation.instances.map((one) => one.budgetSpent)).toEqual([undefined, undefined]);
    const tight = await explain(
      { kwargs: { ...kwargs, budget: { seconds: 5 } }, instances: [bad, bad] },
      slow,
    );
    expect(tight.explanation.instances[0]!.budgetSpent).toBe(true);
  });

  it('reports progress towards a total that holds for all inputs', async () => {
    const context = toyContext(sentiment);
    await explain({ kwargs: { method: 'integrated_grads', n_steps: 8 }, instances: [good, bad] }, context);
    const { progress } = context.recorded;
    expect(progress[0]).toEqual({ done: 1, total: 20, note: 'integrated_grads, input 1 of 2' });
    expect(progress.at(-1)).toEqual({ done: 20, total: 20, note: 'integrated_grads, input 2 of 2' });
    expect(progress.map(({ done }) => done)).toEqual(
      progress.map(({ done }) => done).toSorted((a, b) => a - b),
    );
  });

  it('stops between chunks when the task is cancelled', async () => {
    const controller = new AbortController();
    const context = toyContext(sentiment, { signal: controller.signal });
    const gradient = context.gradient.bind(context);
    let chunks = 0;
    const cancelling = {
      ...context,
      gradient: (call: Parameters<typeof gradient>[0]) => {
        chunks += 1;
        if (chunks === 2) controller.abort();
        return gradient(call);
      },
    };
    const run = explain({ kwargs: { method: 'smooth_grads' }, instances: [good] }, cancelling);
    await expect(run).rejects.toMatchObject({ code: 'TASK_CANCELLED' });
    expect(chunks).toBe(2);
  });

  it("refuses what it cannot do, unknown methods in SQuARE's words", async () => {
    const run = (kwargs: object, context = toyContext(sentiment)) =>
      explain({ kwargs: { ...kwargs }, instances: [good] }, context);
    await expect(run({ method: 'magic' })).rejects.toThrow(
      'explain.method: Method not allowed. Please enter another explanation method.',
    );
    await expect(run({ method: 'simple_grads', n_steps: 0 })).rejects.toThrow('explain.n_steps');
    await expect(run({ method: 'simple_grads', target: 'maybe' })).rejects.toThrow(
      'no class "maybe"; give 0 to 1 or one of: no, yes',
    );
    await expect(run({ method: 'integrated_grads', baseline: 'mask' })).rejects.toThrow('mask token');
    const plain = toyContext(sentiment, { facts: { capabilities: ['logits'] } });
    await expect(run({ method: 'integrated_grads' }, plain)).rejects.toThrow(
      'It can be explained by: occlusion, lime',
    );
  });

  it('names options that are none, and takes null for absent', async () => {
    const kwargs = { method: 'attention', top_k: null, steps: 7 };
    const { unknown } = parseExplainOptions(kwargs);
    expect(unknown.map((key) => ignoredOption(`explain.${key}`))).toEqual([
      'explain.steps is not an option and was ignored.',
    ]);
    const found = await explain({ kwargs, instances: [good] }, toyContext(sentiment));
    expect(found.explanation.options).toMatchObject({ top_k: 10 });
  });
});

describe('evaluate', () => {
  it('measures the explanation in every published way', async () => {
    const context = toyContext(sentiment);
    const randomized = async () => ({
      context: toyContext({ ...sentiment, table: table.map(([e], i) => [e! * (i % 3)]) }),
      close: async () => {},
    });
    const kwargs = { method: 'integrated_grads', evaluate: true, mprt: true };
    const found = await explain({ kwargs, instances: [bad] }, { ...context, randomized });
    const evaluation = found.explanation.instances[0]!.evaluation!;
    // Class 0 wins by 1.8 − 0.25…: both words "bad" carry it, so taking them out must hurt.
    expect(evaluation['ferret_aopc_comprehensiveness']).toBeGreaterThan(0.3);
    expect(evaluation['ferret_aopc_sufficiency']).toBeLessThan(0.1);
    expect(evaluation['eraser_comprehensiveness']).toBeGreaterThan(0.1);
    expect(evaluation['tau_loo']).toBeCloseTo(1, 9);
    expect(evaluation['infidelity']).toBeLessThan(0.01);
    expect(evaluation['sensitivity_max']).toBeGreaterThan(0);
    expect(evaluation['mprt']).toHaveLength(2);
    expect(found.explanation.evaluation).toMatchObject({
      tau_loo: { mean: evaluation['tau_loo'], std: 0, n: 1 },
    });
    const { probability } = evaluation['deletion'] as Curve;
    expect(probability).toHaveLength(11);
    expect(probability[10]).toBeCloseTo(0.5, 6);
    expect((evaluation['insertion'] as Curve).probability[10]).toBeCloseTo(probability[0]!, 6);
  });
});
