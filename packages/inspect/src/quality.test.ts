import { splitWords } from '@tessera/attack';
import { seededRandom } from '@tessera/base';
import type { ExplainedInstance } from '@tessera/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerHits } from './testing/answer-hits.ts';
import { askedParagraphs } from './testing/asked-paragraphs.ts';
import { attackOf } from './testing/attack-of.ts';
import { decisiveSentences, reviews } from './testing/decisive-texts.ts';
import { openModel, type TestModel } from './testing/open-model.ts';

/**
 * What explanations and attacks of the starter models are good for, on texts whose decisive words are known.
 */

/** The words of the text with the largest scores. */
function topWords(instance: ExplainedInstance, count: number): readonly string[] {
  const byScore = [...instance.words.context].sort((a, b) => b.score - a.score);
  return byScore.slice(0, count).map(({ text }) => text.toLowerCase());
}

describe('the sentiment model', () => {
  let model: TestModel;
  beforeAll(async () => {
    model = await openModel('models/tessera/sentiment-en');
  });
  afterAll(() => model.close());

  it.each(['integrated_grads', 'occlusion', 'kernel_shap'])(
    '%s ranks a decisive word among the first three in at least 80 % of 40 sentences',
    async (method) => {
      const { explanation } = await model.run({
        task: 'sequence-classification',
        input: decisiveSentences.map(([text]) => text),
        explain: { method, top_k: 3, ...(method === 'kernel_shap' ? { n_samples: 64 } : {}) },
      });
      const hits = decisiveSentences.filter(([, decisive], i) =>
        topWords(explanation!.instances[i]!, 3).some((word) => decisive.includes(word)),
      );
      expect(decisiveSentences).toHaveLength(40);
      expect(hits.length / decisiveSentences.length).toBeGreaterThanOrEqual(0.8);
    },
    240_000,
  );

  it('hotflip flips within 3 words far more often than random flips, and every success holds afresh', async () => {
    const input = reviews(40);
    const found = await model.run({
      task: 'sequence-classification',
      input,
      attack: { method: 'hotflip', max_flips: 3 },
    });
    const { inputs, table } = attackOf(found);
    const afresh = await model.run({
      task: 'sequence-classification',
      input: [...input, ...inputs.map((one) => one.texts.at(-1)!)],
    });
    const { labels } = afresh.prediction!;
    inputs.forEach(({ success, wordsChanged }, i) => {
      expect(success).toBe(labels[i] !== labels[input.length + i]);
      expect(wordsChanged).toBeLessThanOrEqual(3);
    });
    const random = await model.run({
      task: 'sequence-classification',
      input: input.map((text, i) => randomFlips(text, input.join(' '), i)),
    });
    const flipped = random.prediction!.labels.filter((label, i) => label !== labels[i]).length;
    expect(table!.successRate).toBeGreaterThanOrEqual(0.8);
    expect(table!.successRate).toBeGreaterThan(2 * (flipped / input.length));
  }, 240_000);

  it('takes fill-mask, neighbours and similarity from other models', async () => {
    const run = async (attack: object) => {
      const input = ['The worst film of the year.'];
      return attackOf(await model.run({ task: 'sequence-classification', input, attack })).inputs[0]!;
    };
    const mlm = 'test/fixtures/models/bert-fill-mask';
    const minilm = 'models/tessera/all-minilm-l6-v2';
    for (const method of ['bae', 'bert_attack']) {
      const found = await run({ method, fill_mask_model: mlm, candidates: 10, max_flips: 1 });
      expect(found.queries).toBeGreaterThan(5);
    }
    const near = await run({
      method: 'neighbour_substitution',
      neighbour_model: minilm,
      candidates: 5,
      max_flips: 1,
    });
    expect(near.edits[0]).toMatchObject({ from: 'worst' });
    const strict = { neighbour_model: minilm, similarity_model: minilm, min_similarity: 0.999 };
    const none = await run({ method: 'neighbour_substitution', ...strict });
    expect(none.edits).toEqual([]);
    await expect(run({ method: 'bae', fill_mask_model: minilm })).rejects.toMatchObject({
      code: 'MODEL_TASK_MISMATCH',
    });
  }, 240_000);
});

describe('the question answering model', () => {
  let model: TestModel;
  beforeAll(async () => {
    model = await openModel('models/tessera/qa-en');
  });
  afterAll(() => model.close());

  it.each(['integrated_grads', 'occlusion'])(
    '%s ranks a word at the answer among the first three in at least 80 % of 40 questions, far above chance',
    async (method) => {
      const found = await model.run({
        task: 'question-answering',
        input: askedParagraphs,
        options: { showNullAnswers: false },
        explain: { method },
      });
      const { questions, hit, precision, chance } = answerHits(found, askedParagraphs);
      expect(questions).toBe(40);
      expect(hit).toBeGreaterThanOrEqual(0.8);
      expect(chance.hit).toBeLessThan(0.4);
      expect(precision).toBeGreaterThan(2 * chance.precision);
    },
    240_000,
  );
});

/** Three words of the text for three of a heap, drawn blindly. */
function randomFlips(text: string, heap: string, seed: number): string {
  const random = seededRandom(seed);
  const others = splitWords(heap).words;
  const words = [...splitWords(text).words];
  for (let flip = 0; flip < 3; flip += 1)
    words[random.integer(words.length)] = others[random.integer(others.length)]!;
  return words.join(' ');
}
