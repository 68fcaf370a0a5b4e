import { AppError } from '@tessera/base';
import { jobPayload, type TaskName, taskNames } from '@tessera/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecodeContext } from '../dialect.ts';
import { everyFeature, modelEntry, noFeature } from '../testing/model-entry.ts';
import { defaultTextLimits } from '../text-limits.ts';
import { decodePrediction } from './decode-prediction.ts';
import { encodeError } from './encode-error.ts';

function context(task: TaskName, changes: Partial<DecodeContext> = {}): DecodeContext {
  return {
    model: modelEntry(),
    task,
    features: everyFeature,
    limits: defaultTextLimits,
    caller: 'local',
    ...changes,
  };
}

const decode = (body: unknown, task: TaskName = 'sequence-classification', changes = {}) =>
  decodePrediction(body, context(task, changes));

/** The first entry of the 422 body that decoding `body` leads to. */
function refusal(body: unknown, task: TaskName = 'sequence-classification', changes = {}): unknown {
  try {
    decode(body, task, changes);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const reply = encodeError(error);
    expect(reply.status).toBe(422);
    return reply.body.kind === 'json' && (reply.body.value as { detail: unknown[] }).detail[0];
  }
  throw new Error('was accepted');
}

describe('input', () => {
  it.each([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [[['a', 'b']], [['a', 'b']]],
    [[['a']], ['a']],
    [
      [1, 2.5, true, false],
      ['1', '2.5', 'True', 'False'],
    ],
    [[['q', 7]], [['q', '7']]],
    [[''], ['']],
    [['😀 汉字'], ['😀 汉字']],
  ])('%j is read as %j', (input, expected) => {
    expect(decode({ input }).request.payload.input).toEqual(expected);
  });

  it.each([
    [{}, ['body', 'input'], 'field required'],
    [{ input: null }, ['body', 'input'], 'none is not an allowed value'],
    [{ input: 'bare' }, ['body', 'input'], 'value is not a valid list'],
    [{ input: 5 }, ['body', 'input'], 'value is not a valid list'],
    [{ input: [] }, ['body', 'input'], 'the list is empty'],
    [{ input: { input_ids: [[1]] } }, ['body', 'input'], 'objects are no input'],
    [{ input: [['q', null]] }, ['body', 'input', 0, 1], 'none is not an allowed value'],
    [{ input: [[null, 'q']] }, ['body', 'input', 0, 0], 'none is not an allowed value'],
    [{ input: ['a', null] }, ['body', 'input', 1], 'none is not an allowed value'],
    [{ input: ['a', { b: 1 }] }, ['body', 'input', 1], 'str type expected'],
    [{ input: ['a', ['b', 'c']] }, ['body', 'input', 1], 'str type expected'],
    [{ input: [['a', 'b'], 'c'] }, ['body', 'input', 1], 'value is not a valid list'],
    [{ input: [[]] }, ['body', 'input', 0], 'not a list of 0'],
    [{ input: [['a', 'b', 'c']] }, ['body', 'input', 0], 'not a list of 3'],
    [{ input: ['\ud800'] }, ['body', 'input', 0], 'lone surrogate'],
    [{ input: [['ok', 'a\u0000b']] }, ['body', 'input', 0, 1], 'NUL'],
    [{ input: ['a', 'x'.repeat(1_000_001)] }, ['body', 'input', 1], '1000001 characters'],
    [{ input: Array(51).fill('a') }, ['body', 'input'], 'Input is too large. Max input size is 50'],
    [undefined, ['body'], 'field required'],
    [null, ['body'], 'none is not an allowed value'],
    [['this is a test'], ['body'], 'value is not a valid dict'],
    ['text', ['body'], 'value is not a valid dict'],
  ])('%j is refused at %j', (body, loc, text) => {
    expect(refusal(body)).toMatchObject({ loc, msg: expect.stringContaining(text) });
  });

  it('keeps pydantic’s error names', () => {
    expect(refusal({})).toEqual({
      loc: ['body', 'input'],
      msg: 'field required',
      type: 'value_error.missing',
    });
    expect(refusal({ input: ['a'], task_kwargs: null })).toEqual({
      loc: ['body', 'task_kwargs'],
      msg: 'none is not an allowed value',
      type: 'type_error.none.not_allowed',
    });
    expect(refusal({ input: ['a'], model_kwargs: 'x' })).toMatchObject({ type: 'type_error.dict' });
  });
});

describe('flags and kwargs', () => {
  it.each([true, 1, '1', 'yes', 'On', 'TRUE', 't', 'y'])('%j counts as true', (value) => {
    expect(refusal({ input: ['a'], is_preprocessed: value })).toMatchObject({
      loc: ['body', 'is_preprocessed'],
      msg: 'is_preprocessed=True is not supported for this model. Please use text as input.',
    });
  });

  it.each([false, 0, '0', 'no', 'off', 'False'])('%j counts as false', (value) => {
    expect(decode({ input: ['a'], is_preprocessed: value }).warnings).toEqual([]);
  });

  it('refuses what is neither', () => {
    expect(refusal({ input: ['a'], is_preprocessed: 'maybe' })).toMatchObject({ type: 'type_error.bool' });
  });

  it('maps every known option to the payload', () => {
    const { request, warnings } = decode(
      {
        input: [['q', 'c']],
        preprocessing_kwargs: {
          max_length: 512,
          doc_stride: 32,
          add_special_tokens: false,
          padding: true,
          truncation: true,
        },
        model_kwargs: { output_attentions: true, output_hidden_states: 'yes', average_adapters: true },
        task_kwargs: { topk: 5, max_answer_len: '10', show_null_answers: false },
        adapter_name: ['owner/a', 'owner/b@1'],
        unheard_of: { deep: [] },
      },
      'question-answering',
    );
    expect(warnings).toEqual([]);
    expect(request.payload).toEqual({
      task: 'question-answering',
      input: [['q', 'c']],
      options: { topk: 5, maxAnswerLen: 10, showNullAnswers: false },
      preprocessing: { maxLength: 512, stride: 32, addSpecialTokens: false },
      outputAttentions: true,
      outputHiddenStates: true,
      adapters: ['owner/a', 'owner/b@1'],
      averageAdapters: true,
      explain: null,
      attack: null,
    });
  });

  it('knows the options of each task', () => {
    const options = (task: TaskName, kwargs: object) =>
      decode({ input: ['a'], task_kwargs: kwargs }, task).request.payload.options;
    expect(options('embedding', { embedding_mode: 'cls', normalize: true })).toEqual({
      mode: 'cls',
      normalize: true,
      prompt: null,
      promptName: null,
      dimensions: null,
    });
    expect(options('embedding', { prompt: 'query: ', prompt_name: 'query', dimensions: 64 })).toEqual({
      mode: null,
      normalize: false,
      prompt: 'query: ',
      promptName: 'query',
      dimensions: 64,
    });
    expect(options('token-classification', { is_regression: true })).toEqual({ isRegression: true });
    expect(options('sequence-classification', { multiple_choice: true, return_all_scores: true })).toEqual({
      isRegression: false,
      multipleChoice: true,
    });
  });

  it('names the supported embedding modes', () => {
    expect(refusal({ input: ['a'], task_kwargs: { embedding_mode: 'sum' } }, 'embedding')).toMatchObject({
      loc: ['body', 'task_kwargs', 'embedding_mode'],
      msg: "Embedding mode sum not in list of supported modes ['mean', 'max', 'cls', 'pooler', 'token']",
    });
  });

  it.each([0, 1001, 1.5, 'many', true])('topk %j is refused', (topk) => {
    expect(refusal({ input: [['q', 'c']], task_kwargs: { topk } }, 'question-answering')).toMatchObject({
      loc: ['body', 'task_kwargs', 'topk'],
    });
  });

  it('ignores unknown options and says so, in printable words', () => {
    expect(
      decode({ input: ['a'], task_kwargs: { topk: 3 }, model_kwargs: { 'use\ncache': 1 } }).warnings,
    ).toEqual([
      'model_kwargs.use?cache is not an option of this server and was ignored',
      'task_kwargs.topk is not an option of this server and was ignored',
    ]);
  });

  it('lets task_kwargs win over model_kwargs for generation', () => {
    const { request } = decode(
      {
        input: ['a'],
        model_kwargs: { num_beams: 2, max_length: 9, output_attentions: true },
        task_kwargs: { num_beams: 4 },
      },
      'generation',
    );
    expect(request.payload.options).toEqual({ num_beams: 4, max_length: 9, output_attentions: true });
    expect(request.payload.outputAttentions).toBe(true);
  });

  it.each([null, '', [], ['']])('adapter_name %j means none', (adapter_name) => {
    expect(decode({ input: ['a'], adapter_name }).request.payload.adapters).toEqual([]);
  });

  it.each(['../secrets', '/etc/passwd', 'a//b', 'a b', '.hidden'])('adapter %j is refused', (name) => {
    expect(refusal({ input: ['a'], adapter_name: name })).toMatchObject({ loc: ['body', 'adapter_name'] });
  });
});

describe('features', () => {
  it.each([
    [
      'explain_kwargs',
      { explain_kwargs: { method: 'attention' } },
      'sequence-classification',
      ['body', 'explain_kwargs'],
    ],
    [
      'attack_kwargs',
      { attack_kwargs: { method: 'hotflip' } },
      'sequence-classification',
      ['body', 'attack_kwargs'],
    ],
    ['adapters', { adapter_name: 'a' }, 'embedding', ['body', 'adapter_name']],
    ['generation', {}, 'generation', ['path', 'task']],
  ] as const)('%s is refused while it is off', (_, body, task, loc) => {
    expect(refusal({ input: ['a'], ...body }, task, { features: noFeature })).toMatchObject({
      loc,
      msg: expect.stringContaining('yet'),
      type: 'value_error.feature_unavailable',
    });
  });

  it('empty explain and attack objects ask for nothing', () => {
    const { request } = decode({ input: ['a'], explain_kwargs: {}, attack_kwargs: {} }, undefined, {
      features: noFeature,
    });
    expect(request).toMatchObject({ kind: 'predict', payload: { explain: null, attack: null } });
  });

  it('become a kind and options when they are on', () => {
    const explain_kwargs = { method: 'simple_grads', top_k: 3, mode: 'all' };
    expect(decode({ input: ['a'], explain_kwargs }).request).toMatchObject({
      kind: 'explain',
      payload: { explain: explain_kwargs },
    });
    expect(decode({ input: ['a'], explain_kwargs, attack_kwargs: { method: 'hotflip' } }).request.kind).toBe(
      'attack',
    );
    expect(refusal({ input: ['a'], explain_kwargs: { method: 'magic' } })).toMatchObject({
      loc: ['body', 'explain_kwargs', 'method'],
      msg: 'Method not allowed. Please enter another explanation method.',
    });
    expect(refusal({ input: ['a'], attack_kwargs: { method: 'hotflip', max_flips: 'many' } })).toMatchObject({
      loc: ['body', 'attack_kwargs', 'max_flips'],
    });
    expect(decode({ input: ['a'], attack_kwargs: { method: 'sub_span', shoe_size: 3 } }).warnings).toEqual([
      'attack_kwargs.shoe_size is not an option and was ignored',
    ]);
    expect(decode({ input: ['a'], explain_kwargs }, 'embedding').warnings).toEqual([
      'explain_kwargs has no effect on embedding',
    ]);
  });

  it('a method is refused when the loaded model lacks what it needs', () => {
    const model = modelEntry({ capabilities: ['logits'] });
    expect(
      refusal({ input: ['a'], explain_kwargs: { method: 'attention' } }, undefined, { model }),
    ).toMatchObject({
      loc: ['body', 'explain_kwargs', 'method'],
      msg: expect.stringContaining('attentions'),
    });
  });

  it('an attack is refused when the model lacks what it or its saliency needs', () => {
    const model = modelEntry({ capabilities: ['logits'] });
    const attacked = (attack_kwargs: object): unknown =>
      refusal({ input: ['a'], attack_kwargs }, undefined, { model });
    expect(attacked({ method: 'hotflip' })).toMatchObject({ loc: ['body', 'attack_kwargs', 'method'] });
    expect(attacked({ method: 'sub_span', saliency_method: 'attention' })).toMatchObject({
      loc: ['body', 'attack_kwargs', 'saliency_method'],
    });
  });

  it('options nested too deeply are refused', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 5000; i++) deep = [deep];
    expect(refusal({ input: ['a'], explain_kwargs: { method: 'attention', target: deep } })).toMatchObject({
      type: 'value_error.body_too_deep',
    });
    expect(decode({ input: ['a'], ignored: deep }).warnings).toEqual([]);
  });
});

describe('the model', () => {
  it('must be able to do the task', () => {
    const model = modelEntry({ tasks: ['embedding'] });
    expect(refusal({ input: ['a'] }, 'question-answering', { model })).toMatchObject({
      loc: ['path', 'task'],
      msg: 'Only embedding task supported by this model',
    });
  });

  it('may be one that no host has looked at yet', () => {
    expect(decode({ input: ['a'] }, 'embedding', { model: modelEntry({ tasks: [] }) }).request.model).toBe(
      'owner/model',
    );
  });
});

it('whatever arrives becomes a valid payload or a 4xx that names a field', () => {
  const field = fc.oneof(
    fc.jsonValue(),
    fc.record({ topk: fc.jsonValue(), method: fc.jsonValue(), max_length: fc.jsonValue() }),
    fc.array(fc.oneof(fc.string(), fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 })), {
      maxLength: 4,
    }),
  );
  const body = fc.record(
    {
      input: field,
      is_preprocessed: field,
      preprocessing_kwargs: field,
      model_kwargs: field,
      task_kwargs: field,
      explain_kwargs: field,
      attack_kwargs: field,
      adapter_name: field,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(body, fc.jsonValue()), fc.constantFrom(...taskNames), (value, task) => {
      try {
        const { request } = decode(value, task);
        expect(jobPayload.parse(request.payload)).toEqual(request.payload);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const reply = encodeError(error);
        expect(reply.status).toBe(422);
        expect(String(error.detail.field)).toMatch(/^(body|path)/);
      }
    }),
    { numRuns: 1000 },
  );
});
