import { AppError } from '@tessera/base';
import { jobPayload } from '@tessera/contracts';
import { describe, expect, it } from 'vitest';
import { everyFeature, modelEntry, noFeature } from '../testing/model-entry.ts';
import { defaultTextLimits } from '../text-limits.ts';
import { decodeEvaluation, parseEvaluation } from './decode-evaluation.ts';

const base = {
  model: 'owner/model',
  task: 'sequence-classification',
  records: [{ text: 'a', label: 'yes' }, { text: 'b', textPair: 'c', label: 0 }, { text: 'd' }],
  explain: [{ method: 'occlusion' }],
};
const limits = { ...defaultTextLimits, maxRecords: 4 };
const decode = (body: unknown, features = everyFeature) =>
  decodeEvaluation(parseEvaluation(body), {
    model: modelEntry({ maxInput: 3 }),
    features,
    limits,
    caller: 'key-1',
    idempotencyKey: null,
  }).request;

/** [field, text] of the refusal. */
function refusal(body: unknown, features = everyFeature): unknown {
  try {
    decode(body, features);
  } catch (error) {
    if (error instanceof AppError) return [error.detail.field, error.message];
    throw error;
  }
  throw new Error('was accepted');
}

describe('a dataset', () => {
  it('becomes one job of its own kind, its records one after the other', () => {
    const { kind, payload } = decode({ ...base, metrics: ['tau_loo'] });
    expect(kind).toBe('evaluate');
    expect(payload).toMatchObject({
      input: ['a', ['b', 'c'], 'd'],
      explain: null,
      attack: null,
      evaluation: {
        records: [
          { rows: 1, gold: { label: 'yes' } },
          { rows: 1, gold: { label: 0 } },
          { rows: 1, gold: null },
        ],
        explain: [{ method: 'occlusion', metrics: ['tau_loo'] }],
        attack: [],
      },
    });
    expect(jobPayload.parse(payload)).toEqual(payload);
  });

  it('has questions with their contexts and true answers', () => {
    const records = [{ question: 'Who?', context: 'Anna sings.', answers: ['Anna', 'anna'] }];
    expect(decode({ ...base, task: 'question-answering', records }).payload).toMatchObject({
      input: [['Who?', 'Anna sings.']],
      evaluation: { records: [{ rows: 1, gold: { answers: ['Anna', 'anna'] } }] },
    });
  });

  it('has choices, each a row as multiple choice wants it, the right one by place or text', () => {
    const records = [
      { question: 'What colour?', choices: ['red', 'blue'], label: 'blue' },
      { context: 'The sky.', question: 'What colour?', choices: ['red', 'blue', 'green'], label: 0 },
    ];
    expect(decode({ ...base, records }).payload).toMatchObject({
      options: { multipleChoice: true },
      input: [
        ['What colour?', 'red'],
        ['What colour?', 'blue'],
        ['The sky.', 'What colour? red'],
        ['The sky.', 'What colour? blue'],
        ['The sky.', 'What colour? green'],
      ],
      evaluation: {
        records: [
          { rows: 2, gold: { label: 1 } },
          { rows: 3, gold: { label: 0 } },
        ],
      },
    });
  });

  it('may be larger than a request: max_input holds for the rows of one record', () => {
    const four = Array.from({ length: 4 }, () => ({ text: 'a' }));
    expect(decode({ ...base, records: four }).payload.input).toHaveLength(4);
  });
});

const choice = (choices: readonly string[]) => ({ question: 'q', choices });
it.each([
  [{ ...base, records: [] }, 'records', 'empty'],
  [{ ...base, records: Array(5).fill({ text: 'a' }) }, 'records', 'MAX_EVALUATION_RECORDS'],
  [{ ...base, records: [{ text: 'a', labl: 1 }] }, 'records.0', 'labl'],
  [{ ...base, records: [{ text: 5 }] }, 'records.0', 'expected'],
  [{ ...base, records: ['a'] }, 'records.0', 'expected'],
  [{ ...base, records: [{ text: 'a', label: 'perhaps' }] }, 'records.0.label', 'no, yes'],
  [{ ...base, records: [{ text: 'a', label: 2 }] }, 'records.0.label', '0 to 1'],
  [{ ...base, records: [{ text: 'a\u0000' }] }, 'records.0.text', 'NUL'],
  [{ ...base, records: [{ text: 'a' }, choice(['x', 'y'])] }, 'records.1', 'mixed'],
  [{ ...base, records: [choice(['w', 'x', 'y', 'z'])] }, 'records.0', '4 choices'],
  [{ ...base, records: [{ ...choice(['x', 'y']), label: 'z' }] }, 'records.0.label', 'no choice'],
  [{ ...base, explain: undefined }, 'explain', 'either'],
  [{ ...base, attack: [{ method: 'hotflip' }] }, 'explain', 'either'],
  [{ ...base, explain: [] }, 'explain', ''],
  [{ ...base, explain: [{ method: 'nonsense' }] }, 'explain.0.method', 'Method not allowed'],
  [{ ...base, explain: [{ method: 'occlusion' }, { method: 'lime', colour: 1 }] }, 'explain.1', 'colour'],
  [{ ...base, explain: [{ method: 'bertviz' }] }, 'explain.0.method', 'page'],
  [{ ...base, metrics: ['beauty'] }, 'metrics.0', ''],
  [{ ...base, explain: undefined, attack: [{ method: 'hotflip' }], metrics: ['mprt'] }, 'metrics', 'measure'],
  [
    { ...base, explain: undefined, attack: [{ method: 'universal_triggers' }] },
    'attack.0.method',
    '/v1/tasks',
  ],
  [
    { ...base, explain: undefined, attack: [{ method: 'hotflip', labels: [1] }] },
    'attack.0.labels',
    'records',
  ],
  [
    {
      ...base,
      task: 'embedding',
      records: [{ text: 'a', textPair: 'b' }],
      explain: undefined,
      attack: [{ method: 'hotflip' }],
    },
    'attack',
    'sequence classification',
  ],
  [{ ...base, task: 'embedding', records: [{ text: 'a' }] }, 'records.0.textPair', ''],
  [{ ...base, task: 'generation' }, 'task', ''],
  [{ ...base, outputAttentions: true }, 'body', 'outputAttentions'],
])('%j is refused with its field', (body, field, text) => {
  expect(refusal(body)).toEqual([field, expect.stringContaining(text)]);
});

it('is refused where its feature is off', () => {
  expect(refusal(base, noFeature)).toEqual(['explain', expect.any(String)]);
});
