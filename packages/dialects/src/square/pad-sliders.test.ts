import { type AttackedInput, float32, type WordAttackReport } from '@tessera/contracts';
import { describe, expect, it } from 'vitest';
import { explainedInstance } from '../testing/explained-instance.ts';
import { padSliders, stretched } from './pad-sliders.ts';

const outcome = { label: 1, name: 'yes', probability: 0.9, probabilities: [0.1, 0.9] };
const input: AttackedInput = {
  goal: 'keep',
  success: true,
  firstSuccessStep: null,
  steps: 1,
  original: outcome,
  final: outcome,
  probabilities: [0.9, 0.8],
  samePrediction: [true, true],
  edits: [],
  indices: [2],
  texts: ['a good film', 'a good'],
  words: 3,
  wordsChanged: 1,
  reducedTo: 2,
  perturbedShare: 1 / 3,
  queries: 4,
};
const reportOf = (
  method: WordAttackReport['method'],
  options: WordAttackReport['options'],
  changes: Partial<AttackedInput> = {},
): WordAttackReport => ({
  method,
  options,
  edits: method === 'input_reduction' ? 'question' : 'context',
  inputs: [{ ...input, ...changes }],
});

describe('the texts of an attack', () => {
  it('run as far as its slider, the last one repeated, and so do the indices', () => {
    expect(stretched(reportOf('input_reduction', { max_reductions: 3 }))).toEqual({
      texts: ['a good film', 'a good', 'a good', 'a good'],
      indices: [2, 2, 2],
    });
  });

  it('of an input that cannot be reduced are rows enough for the slider, and no index', () => {
    const stuck = reportOf('hotflip', { max_flips: 3 }, { texts: ['good'], indices: [] });
    expect(stretched(stuck)).toEqual({ texts: ['good', 'good', 'good', 'good'], indices: [] });
  });

  it('of topk_tokens keep their indices; methods without a slider keep everything', () => {
    const all = stretched(reportOf('topk_tokens', { max_tokens: 50 }));
    expect([all.texts.length, all.indices]).toEqual([51, [2]]);
    expect(stretched(reportOf('deepwordbug', { max_flips: 3 })).texts).toHaveLength(2);
  });
});

describe('the predictions of an attack', () => {
  const logits = float32([2, 2], [0.5, 0.5, 0.25, 0.75]);
  const instances = [
    explainedInstance({ context: [['good', 1]] }),
    explainedInstance({ context: [['film', 2]] }),
  ];
  const explanation = { method: 'simple_grads', options: {}, target: 'F', instances } as const;

  it('are repeated with their tensors, explanations and warnings', () => {
    const attack = reportOf('input_reduction', { max_reductions: 3 });
    const padded = padSliders({
      fields: { labels: [1, 0], id2label: {}, attack, explanation },
      tensors: { logits },
      warnings: ['input.0: cut.', 'input.1: cut.', 'input.1: read in windows.', 'The budget ended.'],
    });
    expect(padded.fields).toMatchObject({
      labels: [1, 0, 0, 0],
      explanation: { instances: [instances[0], instances[1], instances[1], instances[1]] },
    });
    expect(padded.tensors.logits).toEqual(float32([4, 2], [0.5, 0.5, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75]));
    expect(padded.warnings).toEqual([
      'input.0: cut.',
      'input.1: cut.',
      'input.1: read in windows.',
      'input.2: cut.',
      'input.2: read in windows.',
      'input.3: cut.',
      'input.3: read in windows.',
      'The budget ended.',
    ]);
  });

  it('stay as they are where the path is as long as the slider, and where nothing was attacked', () => {
    const answers = [[{ score: 1, start: 0, end: 1, answer: 'a' }]];
    const plain = { fields: { answers }, tensors: { start_logits: logits }, warnings: [] };
    expect(padSliders(plain)).toBe(plain);
    const whole = { ...plain, fields: { answers, attack: reportOf('hotflip', { max_flips: 1 }) } };
    expect(padSliders(whole)).toBe(whole);
    const short = { ...plain, fields: { answers, attack: reportOf('hotflip', { max_flips: 2 }) } };
    expect(padSliders(short).fields).toMatchObject({ answers: [answers[0], answers[0], answers[0]] });
  });
});
