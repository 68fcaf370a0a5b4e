import { fieldsOf } from '@tessera/contracts';
import { startTestPostgres, type TestPostgres } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startTestGateway,
  succeeded,
  type TestGateway,
} from '../../apps/gateway/src/testing/start-gateway.ts';
import { openModel, type TestModel } from '../../packages/inspect/src/testing/open-model.ts';
import {
  type Attributions,
  callModel,
  fromQuestionAnswering,
  fromSequenceClassification,
  type SkillReply,
} from './skill-api.ts';

/*
 * Case 57 of docs/square-wire.md#acceptance-cases and the structures of #client-traps and #the-front-end: our
 * replies, over HTTP with real models, go through SQuARE's client and skill-api as the contract describes
 * them, and what comes out is read as the explain and attack dialogs of the front-end read it.
 */

const folders = {
  'qa-en': 'models/tessera/qa-en',
  'sentiment-en': 'models/tessera/sentiment-en',
  choices: 'test/fixtures/models/bert-multiple-choice',
};
let postgres: TestPostgres;
let gateway: TestGateway;
const models: TestModel[] = [];

beforeAll(async () => {
  postgres = await startTestPostgres();
  gateway = await startTestGateway({
    databaseUrl: await postgres.newDatabase(),
    deps: { features: { explain: true, attack: true, generation: true, adapters: true } },
  });
  for (const [name, folder] of Object.entries(folders)) {
    const model = await openModel(folder);
    models.push(model);
    for (const returnPlaintextArrays of [false, true]) {
      const identifier = returnPlaintextArrays ? `${name}-plain` : name;
      await gateway.addModel({ identifier, modelType: 'transformer', returnPlaintextArrays });
      await gateway.work(identifier, async ({ payload }) => {
        const result = await model.run(payload as never);
        return succeeded(fieldsOf(result), result.tensors);
      });
    }
  }
}, 60_000);

afterAll(async () => {
  await gateway.stop();
  for (const model of models) await model.close();
  await postgres.stop();
});

const question = 'Who painted the ceiling?';
const context = 'The ceiling of the chapel was painted by Michelangelo in Rome.';
const pairs: readonly [string, string][] = [[question, context]];
/** What the front-end always sends beside. */
const always = { preprocessing_kwargs: { max_length: 512 }, model_kwargs: {}, task_kwargs: { topk: 3 } };
const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);
const topK = Math.max(words(question).length, words(context).length);
const squareMethods = ['attention', 'scaled_attention', 'simple_grads', 'smooth_grads', 'integrated_grads'];

const answer = async (more: object, model = 'qa-en', input = pairs): Promise<SkillReply> => {
  const body = { input, ...always, ...more };
  return fromQuestionAnswering(await callModel(gateway.url, `${model}/question-answering`, body), input);
};

/**
 * As the explain dialog draws them: a slider over the ids, an opacity per word
 * (docs/square-wire.md#the-front-end).
 */
function expectDrawable({ attributions }: { attributions: Attributions | null }, k: number): void {
  expect(attributions).not.toBeNull();
  for (const part of ['question', 'context'] as const) {
    const ids = attributions![`topk_${part}_idx`];
    const tokens = attributions![`${part}_tokens`];
    expect(ids.length).toBeGreaterThanOrEqual(Math.min(k, tokens.length));
    const scores = tokens.map(([, , score]) => score);
    const [least, most] = [Math.min(...scores), Math.max(...scores)];
    for (const id of ids) {
      const [place, word, score] = tokens[id]!;
      expect([place, typeof word, typeof score]).toEqual([id, 'string', 'number']);
      if (most > least) expect((score - least) / (most - least)).toBeGreaterThanOrEqual(0);
    }
    expect(ids.map((id) => tokens[id]![2])).toEqual(ids.map((id) => tokens[id]![2]).sort((a, b) => b - a));
  }
}

describe.each(['qa-en', 'qa-en-plain'])('57: question answering, %s', (model) => {
  it.each(squareMethods)('%s is on predictions[0] and can be drawn', async (method) => {
    const reply = await answer({ explain_kwargs: { method, top_k: topK, mode: 'all' } }, model);
    expect(reply.predictions.length).toBeGreaterThan(1);
    expect(reply.predictions[0]!.prediction_output.output).toBe('Michelangelo');
    expect(reply.predictions[1]!.attributions).toBeNull();
    expect(reply.adversarial).toBeNull();
    expectDrawable(reply.predictions[0]!, topK);
  });

  it('the head view is a page on predictions[0], asked without top_k', async () => {
    const reply = await answer({ explain_kwargs: { method: 'bertviz' } }, model);
    expect(reply.predictions[0]!.bertviz).toMatch(/^<!doctype html>/i);
    expect(reply.predictions[0]!.attributions).toBeNull();
  });
});

it('several documents have an instance each', async () => {
  const both: [string, string][] = [...pairs, ['Where is it?', 'The chapel is in Rome.']];
  const reply = await answer(
    { explain_kwargs: { method: 'attention', top_k: 5, mode: 'all' } },
    'qa-en',
    both,
  );
  expectDrawable(reply.predictions[0]!, 5);
});

it('a plain prediction is nobody’s attack', async () => {
  expect((await answer({})).adversarial).toBeNull();
  const rows = ['A wonderful film.', 'A dull film.'];
  const result = await callModel(gateway.url, 'sentiment-en/sequence-classification', {
    input: rows,
    ...always,
  });
  const reply = fromSequenceClassification(result, { rows, answers: null });
  expect(reply.adversarial).toBeNull();
  expect(reply.predictions.map((one) => one.prediction_output.output)).toEqual(['positive', 'negative']);
});

describe('57: classification and choices', () => {
  it.each(squareMethods)('%s of a sentence is on predictions[0]', async (method) => {
    const rows = ['The plot is thin, but the cast is wonderful.'];
    const body = { input: rows, ...always, explain_kwargs: { method, top_k: 9, mode: 'all' } };
    const result = await callModel(gateway.url, 'sentiment-en/sequence-classification', body);
    expectDrawable(fromSequenceClassification(result, { rows, answers: null }).predictions[0]!, 9);
  });

  it.each(['choices', 'choices-plain'])(
    'every choice keeps its prediction, best first, %s',
    async (model) => {
      const answers = ['blue', 'a green thing', 'loud'];
      const rows = answers.map((choice): [string, string] => ['The sky.', `What is it? ${choice}`]);
      const body = {
        input: rows,
        ...always,
        explain_kwargs: { method: 'simple_grads', top_k: 4, mode: 'all' },
      };
      const result = await callModel(gateway.url, `${model}/sequence-classification`, body);
      const reply = fromSequenceClassification(result, { rows, answers });
      expect(reply.predictions).toHaveLength(3);
      const scores = reply.predictions.map((one) => one.prediction_score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
      expect(scores.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
      expectDrawable(reply.predictions[0]!, 4);
      // The choice is not shown with the question.
      expect(reply.predictions[0]!.attributions!.question_tokens.at(-1)![1]).toBe('?');
    },
  );
});

describe('the attack dialog of the front-end', () => {
  const saliencies = ['simple_grads', 'smooth_grads', 'integrated_grads', 'attention'];

  it.each(saliencies)(
    'hotflip by %s: every stop of the slider shows the row and its flipped words',
    async (by) => {
      const attack = { method: 'hotflip', saliency_method: by, max_flips: 8 };
      const { predictions, adversarial } = await answer({ attack_kwargs: attack });
      const first = words(predictions[0]!.prediction_documents[0]!.document);
      for (let k = 0; k <= 8; k += 1) {
        const shown = predictions[k]!;
        const row = words(shown.prediction_documents[0]!.document);
        expect(row).toHaveLength(first.length);
        const marked = new Set(adversarial!.indices.slice(0, k));
        row.forEach((word, i) => {
          if (!marked.has(i)) expect(word).toBe(first[i]);
        });
        expect(shown.prediction_output.output).not.toBe('');
      }
    },
  );

  it('input_reduction: every stop strikes its words in the first question', async () => {
    const n = words(question).length;
    const attack = { method: 'input_reduction', saliency_method: 'attention', max_reductions: n };
    const { predictions, adversarial } = await answer({ attack_kwargs: attack });
    const first = words(predictions[0]!.question);
    expect(first).toEqual(words(question));
    for (let k = 0; k <= n; k += 1) {
      const struck = new Set(adversarial!.indices.slice(0, k));
      expect(words(predictions[k]!.question)).toEqual(first.filter((_, i) => !struck.has(i)));
    }
    expectDrawable(predictions[0]!, 1);
  });

  it.each(['sub_span', 'topk_tokens'])('%s: what is kept is marked, the rest struck', async (method) => {
    for (const max_tokens of [2, words(context).length]) {
      const attack = { method, saliency_method: 'simple_grads', max_tokens };
      const { predictions, adversarial } = await answer({ attack_kwargs: attack });
      const first = words(predictions[0]!.prediction_documents[0]!.document);
      const { indices } = adversarial!;
      const stops = method === 'sub_span' ? [[1, indices.length]] : indices.map((_, i) => [i + 1, i + 1]);
      for (const [row, kept] of stops as [number, number][]) {
        const document = predictions[row]!.prediction_documents[0]!.document;
        const marked = new Set(indices.slice(0, kept));
        expect(words(document)).toEqual(first.filter((_, i) => marked.has(i)));
      }
      expect(predictions.length).toBeGreaterThanOrEqual(method === 'sub_span' ? 2 : max_tokens + 1);
    }
  });
});
