import { AppError, type ErrorCode, errorCatalogue } from '@tessera/base';
import { encodeSafetensors, float32, jobPayload } from '@tessera/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyFeature, modelEntry, noFeature } from '../testing/model-entry.ts';
import { taskView } from '../testing/task-view.ts';
import { defaultTextLimits } from '../text-limits.ts';
import { decodeSubmission, parseSubmission } from './decode-task.ts';
import { encodeNativeResult } from './encode-result.ts';
import { encodeNativeTask } from './encode-task.ts';
import { encodeProblem } from './problem.ts';

const base = { model: 'owner/model', task: 'embedding', input: ['a'] };
const decode = (body: unknown, features = everyFeature) =>
  decodeSubmission(parseSubmission(body), {
    model: modelEntry(),
    features,
    limits: defaultTextLimits,
    caller: 'key-1',
    idempotencyKey: null,
  });

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

describe('a submission', () => {
  it('becomes a job with every default filled in', () => {
    expect(decode({ ...base, options: { mode: 'cls' }, priority: 3 }).request).toEqual({
      model: 'owner/model',
      kind: 'predict',
      priority: 3,
      idempotencyKey: null,
      caller: 'key-1',
      timeToLiveMs: null,
      payload: {
        task: 'embedding',
        input: ['a'],
        options: { mode: 'cls', normalize: false, prompt: null, promptName: null, dimensions: null },
        preprocessing: { maxLength: null, stride: null, addSpecialTokens: null },
        outputAttentions: false,
        outputHiddenStates: false,
        adapters: [],
        averageAdapters: false,
        explain: null,
        attack: null,
      },
    });
  });

  it.each([
    [undefined, 'body'],
    [[], 'body'],
    [{ ...base, model: 5 }, 'model'],
    [{ ...base, task: 'sing' }, 'task'],
    [{ ...base, input: [] }, 'input'],
    [{ ...base, input: 'a' }, 'input'],
    [{ ...base, input: ['a', ['b', null]] }, 'input.1'],
    [{ ...base, input: ['a', ['b', 'c', 'd']] }, 'input.1'],
    [{ ...base, input: [['b', '\ud800']] }, 'input.0.1'],
    [{ ...base, input: ['\u0000'] }, 'input.0'],
    [{ ...base, input: Array(51).fill('a') }, 'input'],
    [{ ...base, options: { mode: 'sum' } }, 'options.mode'],
    [{ ...base, options: { topk: 3 } }, 'options'],
    [{ ...base, shoe_size: 3 }, 'body'],
    [{ ...base, priority: 11 }, 'priority'],
    [{ ...base, explain: { method: 'magic' } }, 'explain.method'],
    [{ ...base, explain: { method: 'attention', topk: 2 } }, 'explain'],
    [{ ...base, attack: { method: 'magic' } }, 'attack.method'],
    [{ ...base, attack: { method: 'sub_span', shoe_size: 2 } }, 'attack'],
    [{ ...base, attack: { method: 'bae' } }, 'attack.fill_mask_model'],
    [{ ...base, attack: { method: 'bert_attack', fill_mask_model: null } }, 'attack.fill_mask_model'],
    [{ ...base, attack: { method: 'hotflip', min_similarity: 0.9 } }, 'attack.similarity_model'],
    [{ ...base, attack: { method: 'hotflip', protect: [[5, 2]] } }, 'attack.protect.0'],
    [{ ...base, attack: { method: 'hotflip', labels: [1, 0] } }, 'attack.labels'],
    [
      {
        ...base,
        attack: { method: 'checklist_invariance', tests: [{ name: 'x', template: 'A {adj} film' }] },
      },
      'attack.tests.0.template',
    ],
    [{ ...base, adapters: ['../x'] }, 'adapters'],
  ])('%j is refused at %s', (body, field) => {
    expect(refusal(body)).toEqual([field, expect.stringMatching(new RegExp(`^${field}: .`))]);
  });

  it.each([
    ['explain', { ...base, explain: { method: 'attention' } }],
    ['attack', { ...base, attack: { method: 'hotflip' } }],
    ['adapters', { ...base, adapters: ['a'] }],
    ['task', { ...base, task: 'generation' }],
  ])('%s is refused while it is off', (field, body) => {
    expect(refusal(body, noFeature)).toEqual([field, expect.stringContaining('yet')]);
  });

  it('is valid for the worker whenever it is accepted', () => {
    const body = fc.record(
      {
        model: fc.constant('owner/model'),
        task: fc.constantFrom('embedding', 'question-answering', 'generation', 'x'),
        input: fc.oneof(fc.array(fc.oneof(fc.string(), fc.tuple(fc.string(), fc.string()))), fc.jsonValue()),
        options: fc.jsonValue(),
        explain: fc.jsonValue(),
      },
      { requiredKeys: ['task'] },
    );
    fc.assert(
      fc.property(body, (value) => {
        try {
          const { payload } = decode(value).request;
          expect(jobPayload.parse(payload)).toEqual(payload);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          expect(error.row.status).toBe(422);
          expect(error.detail.field).toBeTypeOf('string');
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('replies', () => {
  const record = {
    version: 2,
    fieldsText: '{"mode":"mean"}',
    tensors: encodeSafetensors({ embeddings: float32([1, 2], [1, 2]), 'attentions.0': float32([1], [3]) }),
    warnings: ['cut'],
  };
  const json = (reply: { body: { value: unknown } }) => JSON.parse(String(reply.body.value));
  const view = taskView({ task: 'embedding' });

  it('write tensors as lists, npy or safetensors', () => {
    expect(json(encodeNativeResult(view, record, 'list'))).toEqual({
      taskId: 't1',
      model: 'owner/model',
      task: 'embedding',
      fields: { mode: 'mean' },
      tensorEncoding: 'list',
      tensors: { embeddings: [[1, 2]], attentions: [[3]] },
      warnings: ['cut'],
    });
    expect(json(encodeNativeResult(view, record, 'npy')).tensors.embeddings).toMatch(/^k05VTVBZ/);
    expect(Buffer.from(json(encodeNativeResult(view, record, 'safetensors')).tensors, 'base64')).toEqual(
      Buffer.from(record.tensors),
    );
    expect(encodeNativeResult(view, record, 'file').body).toEqual({
      kind: 'bytes',
      type: 'application/octet-stream',
      value: record.tensors,
    });
  });

  it('show a task, with its result when it was waited for', () => {
    const plain = encodeNativeTask({ view, status: 202, headers: { Location: '/x' } });
    expect([plain.status, plain.headers, json(plain)]).toEqual([202, { Location: '/x' }, view]);
    const whole = encodeNativeTask({ view, status: 200, result: { record, encoding: 'list' } });
    expect(json(whole)).toMatchObject({ taskId: 't1', result: { tensors: { embeddings: [[1, 2]] } } });
  });

  it.each(Object.keys(errorCatalogue) as ErrorCode[])('word %s as problem details', (code) => {
    const reply = encodeProblem(new AppError(code, { detail: { field: 'input.0', seconds: 2 } }), 'r1');
    expect(reply.status).toBe(errorCatalogue[code].status);
    expect(json(reply)).toEqual({
      type: `/v1/problems/${code}`,
      title: expect.stringMatching(/^[A-Z]/),
      status: reply.status,
      detail: expect.any(String),
      code,
      field: 'input.0',
      retry: errorCatalogue[code].retry,
      requestId: 'r1',
    });
  });
});
