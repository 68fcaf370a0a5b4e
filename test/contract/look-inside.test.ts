import type { JsonObject, TaskName } from '@tessera/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitWords } from '../../packages/attack/src/words.ts';
import { openModel } from '../../packages/inspect/src/testing/open-model.ts';
import { squareFields } from './square-fields.ts';

/**
 * Cases 46 to 64 of the SQuARE contract on small random models of every architecture: the numbers are of
 * goldens, the shape is of here.
 */
const matrix: [string, string] = [
  'What is the Matrix?',
  'The Matrix is a 1999 science fiction action film written by the Wachowskis.',
];
const squareMethods = ['attention', 'scaled_attention', 'simple_grads', 'smooth_grads', 'integrated_grads'];

interface Attributions {
  readonly topk_question_idx: readonly (readonly number[])[];
  readonly topk_context_idx: readonly (readonly number[])[];
  readonly question_tokens: readonly (readonly Triple[])[];
  readonly context_tokens: readonly (readonly Triple[])[];
}
type Triple = readonly [number, string, number];

const attributionsOf = (fields: JsonObject): Attributions =>
  (fields['attributions'] as unknown as readonly [Attributions])[0];

/** A model whose answers come as SQuARE's clients get them. */
interface SquareModel {
  run(payload: Readonly<Record<string, unknown>>): Promise<{
    readonly fields: JsonObject;
    readonly warnings: readonly string[];
  }>;
}

function withModel(folder: string, tests: (model: () => SquareModel) => void): void {
  describe(folder, () => {
    let model: Awaited<ReturnType<typeof openModel>>;
    beforeAll(async () => {
      model = await openModel(`test/fixtures/models/${folder}`);
    });
    afterAll(() => model.close());
    tests(() => ({
      async run(payload) {
        const result = await model.run(payload);
        return { fields: squareFields(result, payload['task'] as TaskName), warnings: result.warnings };
      },
    }));
  });
}

function expectShares(...lists: readonly (readonly Triple[])[]): void {
  const all = lists.flat();
  expect(all.every(([, , score]) => score >= 0)).toBe(true);
  const total = all.reduce((sum, [, , score]) => sum + score, 0);
  if (total > 0) expect(Math.abs(total - 1)).toBeLessThanOrEqual(0.0006 * all.length);
}

withModel('bert-question-answering', (model) => {
  const task = 'question-answering';

  it.each(squareMethods)(
    '46, 55: %s gives five ids in both lists and triples that sum to 1',
    async (method) => {
      const { fields } = await model().run({
        task,
        input: [matrix],
        explain: { method, top_k: 5, mode: 'all' },
      });
      const found = attributionsOf(fields);
      expect(found.topk_question_idx[0]).toHaveLength(5);
      expect(found.topk_context_idx[0]).toHaveLength(5);
      const [question, context] = [found.question_tokens[0]!, found.context_tokens[0]!];
      expect(question.map(([, word]) => word).join('')).toBe(matrix[0].replaceAll(' ', ''));
      expect(context.map(([, word]) => word).join('')).toBe(matrix[1].replaceAll(' ', ''));
      expect(context.map(([i]) => i)).toEqual(context.map((_, i) => i));
      expectShares(question, context);
      expect(fields['bertviz']).toEqual([]);
    },
  );

  it('bertviz: one page an input, no attributions', async () => {
    const { fields } = await model().run({ task, input: [matrix], explain: { method: 'bertviz' } });
    expect(fields['attributions']).toEqual([]);
    expect((fields['bertviz'] as string[])[0]).toContain('<!doctype html>');
  });

  it('48: mode question leaves the context ids empty and its tokens there', async () => {
    const explain = { method: 'attention', top_k: 5, mode: 'question' };
    const found = attributionsOf((await model().run({ task, input: [matrix], explain })).fields);
    expect(found.topk_context_idx).toEqual([[]]);
    expect(found.context_tokens[0]!.length).toBeGreaterThan(5);
  });

  it('50: two pairs are two instances, each as alone', async () => {
    const other: [string, string] = ['Who sings?', 'In the evening Anna sings songs.'];
    const explain = { method: 'integrated_grads', n_steps: 5, top_k: 3 };
    const both = await model().run({ task, input: [matrix, other], explain });
    const alone = await model().run({ task, input: [other], explain });
    expect(attributionsOf(both.fields).context_tokens[1]).toEqual(
      attributionsOf(alone.fields).context_tokens[0],
    );
    const values = ({ fields }: { fields: JsonObject }, i: number): number[] =>
      (fields['explain_meta'] as unknown as Meta).instances[i]!.tokens.map((token) => token.value);
    values(both, 1).forEach((value, t) => expect(value).toBeCloseTo(values(alone, 0)[t]!, 5));
  });

  it('explains a long context in the window of its answer', async () => {
    const context = `${'The old town has many narrow streets. '.repeat(40)}Anna sings in the evening.`;
    const found = await model().run({
      task,
      input: [['Who sings?', context]],
      preprocessing: { maxLength: 64 },
      explain: { method: 'simple_grads', top_k: 3 },
    });
    const meta = (found.fields['explain_meta'] as unknown as Meta).instances[0]!;
    expect(meta.window!.count).toBeGreaterThan(3);
    expect(meta.tokens.length).toBeLessThanOrEqual(64);
    expect(found.warnings.join()).toContain(`window ${meta.window!.index + 1} of ${meta.window!.count}`);
  });

  it.each(squareMethods)('63: every attack runs with %s', async (saliency_method) => {
    for (const method of ['hotflip', 'input_reduction', 'sub_span', 'topk_tokens']) {
      const attack = { method, saliency_method, max_flips: 2, max_reductions: 2, max_tokens: 2 };
      const { fields } = await model().run({ task, input: [matrix], options: { topk: 5 }, attack });
      const rows = fields['answers'] as unknown[][];
      // 60: one answer a row even with topk 5; rows up to the slider's end.
      expect(rows).toHaveLength(method === 'sub_span' ? 2 : 3);
      expect(rows.every((answers) => answers.length === 1)).toBe(true);
      const texts = (method === 'input_reduction' ? fields['questions'] : fields['contexts']) as string[];
      expect(texts).toHaveLength(rows.length);
      expect(texts[0]).toBe(method === 'input_reduction' ? matrix[0] : matrix[1]);
      const { indices } = fields['adversarial'] as unknown as { indices: number[] };
      const words = splitWords(texts[0]!).words.length;
      expect(indices.every((i) => i >= 0 && i < words)).toBe(true);
      if (method === 'input_reduction')
        expect(attributionsOf(fields).question_tokens).toHaveLength(rows.length);
    }
  });

  it('61: the answer stays untouched unless told otherwise', async () => {
    const attack = { method: 'hotflip', max_flips: 3 };
    const { fields } = await model().run({ task, input: [matrix], attack });
    const { original, texts } = fields['adversarial'] as unknown as {
      original: { answer: string };
      texts: string[];
    };
    for (const text of texts) expect(text).toContain(original.answer);
  });
});

interface Meta {
  readonly instances: readonly {
    readonly f: number;
    readonly f_baseline: number;
    readonly gap: number;
    readonly n_steps: number;
    readonly model_calls: number;
    readonly tokens: readonly { readonly value: number; readonly part: string; readonly token: string }[];
    readonly window?: { readonly index: number; readonly count: number };
    readonly evaluation?: JsonObject;
  }[];
}

for (const folder of [
  'bert-sequence-classification',
  'distilbert-sequence-classification',
  'albert-sequence-classification',
  'electra-sequence-classification',
  'deberta-v2-sequence-classification',
  'xlm-roberta-sequence-classification',
  'roberta-sequence-classification',
  'mpnet-sequence-classification',
  'modernbert-sequence-classification',
])
  withModel(folder, (model) => {
    const text = "Café déjà-vu 😀 isn't bad, 東京 good!";

    it('47, 51: words are slices of the input, UTF-8 intact; the gap of the integral is small', async () => {
      const explain = { method: 'integrated_grads', top_k: 5, mode: 'context', n_steps: 20 };
      const { fields } = await model().run({ task: 'sequence-classification', input: [text], explain });
      const found = attributionsOf(fields);
      const words = found.context_tokens[0]!.map(([, word]) => word);
      expect(found.topk_context_idx[0]).toHaveLength(5);
      expect(found.topk_question_idx).toEqual([[]]);
      expect(words.join('')).toBe(text.replaceAll(' ', ''));
      for (const word of words) expect(text).toContain(word);
      expectShares(found.context_tokens[0]!);
      const { gap, f, f_baseline } = (fields['explain_meta'] as unknown as Meta).instances[0]!;
      expect(Math.abs(gap)).toBeLessThanOrEqual(0.05 * Math.abs(f - f_baseline) + 1e-5);
    });
  });

withModel('bert-sequence-classification', (model) => {
  const task = 'sequence-classification';
  const pair: [string, string] = ['Keanu Reeves plays Neo in the film.', 'Who plays Neo? Keanu'];

  it('swaps [context, question] for the reply and hides the choice', async () => {
    const { fields } = await model().run({
      task,
      input: [pair],
      explain: { method: 'simple_grads', top_k: 3 },
    });
    const found = attributionsOf(fields);
    expect(found.question_tokens[0]!.map(([, word]) => word)).toEqual(['Who', 'plays', 'Neo', '?']);
    expect(found.context_tokens[0]!.map(([, word]) => word)[0]).toBe('Keanu');
  });

  it('54: equal seeds equal, other seeds other', async () => {
    const run = async (seed: number): Promise<unknown> => {
      const explain = { method: 'smooth_grads', n_samples: 3, seed };
      return ((await model().run({ task, input: [pair], explain })).fields['explain_meta'] as unknown as Meta)
        .instances[0]!.tokens;
    };
    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
  });

  it('counts model runs exactly', async () => {
    const calls = async (explain: JsonObject): Promise<number> =>
      (
        (await model().run({ task, input: ['a good film'], explain })).fields[
          'explain_meta'
        ] as unknown as Meta
      ).instances[0]!.model_calls;
    expect(await calls({ method: 'simple_grads' })).toBe(2); // F(x), gradient
    expect(await calls({ method: 'attention' })).toBe(2);
    expect(await calls({ method: 'integrated_grads', n_steps: 12 })).toBe(14); // F(x), F(x'), 12 steps
    expect(await calls({ method: 'smooth_grads', n_samples: 7 })).toBe(8);
    expect(await calls({ method: 'occlusion' })).toBe(4); // F(x), three words
    expect(await calls({ method: 'kernel_shap' })).toBe(8); // F(x), F(x'), 2³ − 2 coalitions
  });

  it('62, 64: rows keep [context, question] order and every reduced row keeps the label when asked afresh', async () => {
    const attack = { method: 'input_reduction', max_reductions: 3, saliency_method: 'attention' };
    const { fields } = await model().run({ task, input: [pair], attack });
    const labels = fields['labels'] as number[];
    expect(labels).toHaveLength(4);
    expect(new Set(labels).size).toBe(1);
    const afresh = await model().run({
      task,
      input: (fields['questions'] as string[]).map((question) => [pair[0], question]),
    });
    expect(afresh.fields['labels']).toEqual(labels);
    const span = await model().run({ task, input: [pair], attack: { method: 'sub_span', max_tokens: 2 } });
    expect((span.fields['contexts'] as string[])[0]).toBe(pair[0]);
  });

  it('measures its explanations on request', async () => {
    const explain = { method: 'integrated_grads', evaluate: true };
    const { fields } = await model().run({ task, input: ['a good film in a dull evening'], explain });
    const { evaluation } = (fields['explain_meta'] as unknown as Meta).instances[0]!;
    for (const name of [
      'ferret_aopc_comprehensiveness',
      'eraser_sufficiency',
      'tau_loo',
      'infidelity',
      'sensitivity_max',
    ])
      expect(evaluation![name], name).toEqual(expect.any(Number));
  });
});

withModel('bert-multiple-choice', (model) => {
  const input = [
    ['What is the sky?', 'blue'],
    ['What is the sky?', 'a green thing'],
    ['What is the sky?', 'loud'],
  ];

  it('50: N choices are N instances, question before choice', async () => {
    const { fields } = await model().run({
      task: 'sequence-classification',
      input,
      explain: { method: 'integrated_grads', top_k: 3, n_steps: 20 },
    });
    const found = attributionsOf(fields);
    expect(found.context_tokens.map((words) => words.map(([, word]) => word).join(' '))).toEqual([
      'blue',
      'a green thing',
      'loud',
    ]);
    expect(found.question_tokens[2]!.map(([, word]) => word)).toEqual(['What', 'is', 'the', 'sky', '?']);
    for (const { gap, f, f_baseline } of (fields['explain_meta'] as unknown as Meta).instances)
      expect(Math.abs(gap)).toBeLessThanOrEqual(0.05 * Math.abs(f - f_baseline) + 1e-5);
  });

  it('is attacked as one question: a row of the reply holds all choices', async () => {
    const attack = { method: 'hotflip', max_flips: 2 };
    const { fields } = await model().run({ task: 'sequence-classification', input, attack });
    const { logits } = fields['model_outputs'] as { logits: number[][] };
    expect(logits.map((row) => row.length)).toEqual([3, 3, 3]);
    expect(fields['labels']).toHaveLength(3);
    expect((fields['contexts'] as string[])[0]).toBe('What is the sky?');
  });
});

withModel('bert-token-classification', (model) => {
  it('explains one token, the surest unless named', async () => {
    const run = async (explain: JsonObject): Promise<JsonObject> =>
      (await model().run({ task: 'token-classification', input: ['Anna lives in Ghent.'], explain })).fields[
        'explain_meta'
      ] as JsonObject;
    const unasked = await run({ method: 'simple_grads' });
    expect(unasked['target']).toBe("logit of the token's class before softmax");
    const named = (await run({ method: 'integrated_grads', target: 1, n_steps: 20 })) as unknown as Meta;
    const { gap, f, f_baseline } = named.instances[0]!;
    expect(Math.abs(gap)).toBeLessThanOrEqual(0.05 * Math.abs(f - f_baseline) + 1e-5);
  });
});

withModel('bert-embedding', (model) => {
  it.each(['mean', 'max', 'cls'])('explains the cosine of two texts, pooled by %s', async (mode) => {
    const { fields } = await model().run({
      task: 'embedding',
      input: ['Anna lives in Ghent.', 'She has a house in Ghent.'],
      options: { mode },
      explain: { method: 'integrated_grads' },
    });
    const [first, second] = (fields['explain_meta'] as unknown as Meta).instances;
    expect(first!.f).toBeCloseTo(second!.f, 4); // a cosine is symmetric
    expect(Math.abs(first!.gap)).toBeLessThanOrEqual(0.02 * Math.abs(first!.f - first!.f_baseline) + 1e-4);
  });
});

for (const folder of ['gpt2-generation', 'llama-generation'])
  withModel(folder, (model) => {
    it('explains every generated token by the prompt and the tokens before it', async () => {
      const task = 'generation';
      const options = { max_new_tokens: 3, min_new_tokens: 3 };
      const input = ['Two men sit'];
      const explain = { method: 'integrated_grads', n_steps: 20 };
      const { fields } = await model().run({ task, input, options, explain });
      const { instances } = fields['explain_meta'] as unknown as Meta;
      expect(instances).toHaveLength(3);
      expect(instances[2]!.tokens.length).toBe(instances[0]!.tokens.length + 2);
      for (const { gap, f, f_baseline } of instances)
        expect(Math.abs(gap)).toBeLessThanOrEqual(0.05 * Math.abs(f - f_baseline) + 1e-4);
      const words = attributionsOf(fields).context_tokens[0]!.map(([, word]) => word);
      expect(words).toEqual(['Two', 'men', 'sit']);
      const one = await model().run({ task, input, options, explain: { method: 'occlusion', target: 1 } });
      expect((one.fields['explain_meta'] as unknown as Meta).instances).toMatchObject([
        { target: { step: 1, input: 0 } },
      ]);
    });
  });
