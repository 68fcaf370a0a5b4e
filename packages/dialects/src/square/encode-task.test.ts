import { AppError } from '@tessera/base';
import {
  encodeSafetensors,
  float32,
  type JsonObject,
  type NamedTensors,
  type TaskName,
  taskNames,
} from '@tessera/contracts';
import { describe, expect, it } from 'vitest';
import type { ResultRecord } from '../result-record.ts';
import { modelEntry } from '../testing/model-entry.ts';
import { taskView } from '../testing/task-view.ts';
import { encodeError } from './encode-error.ts';
import { encodeResult } from './encode-result.ts';
import { encodeQueued, encodeTask, endedWithout } from './encode-task.ts';
import { decodeUpdate, encodeStatistics } from './statistics.ts';

const recordOf = (fields: JsonObject, tensors: NamedTensors = {}, version = 2): ResultRecord => ({
  version,
  fieldsText: JSON.stringify(fields),
  tensors: encodeSafetensors(tensors),
  warnings: [],
});
const empty = recordOf({}, {}, 1);

describe('results', () => {
  // docs/square-wire.md#results: every field is present at its default.
  const fields: Readonly<Record<TaskName, object>> = {
    'sequence-classification': {
      labels: [],
      id2label: {},
      attributions: [],
      questions: [],
      contexts: [],
      adversarial: {},
    },
    'token-classification': { labels: [], id2label: {}, word_ids: [] },
    embedding: { embedding_mode: '', word_ids: [] },
    generation: { generated_texts: [] },
    'question-answering': {
      answers: [],
      questions: [],
      contexts: [],
      attributions: [],
      adversarial: { indices: [] },
      bertviz: [],
    },
  };

  it.each(taskNames)('of %s carry every field', (task) => {
    expect(encodeResult(empty, { task, encoded: true })).toEqual({
      model_outputs: {},
      model_output_is_encoded: true,
      ...fields[task],
    });
  });

  it("join the task's fields with its tensors as SQuARE's replies do", () => {
    const result = recordOf(
      { answers: [[{ score: 0.91, start: 3, end: 7, answer: '1999' }]] },
      { start_logits: float32([1, 3], [0.5, 0.25, 3]), end_logits: float32([1, 3], [0, 1, 2]) },
    );
    expect(encodeTask({ kind: 'finished', view: taskView(), result, encoded: false }, false)).toEqual({
      status: 200,
      headers: {},
      body: {
        kind: 'json',
        value: {
          task_id: 't1',
          status: 'Finished',
          result: {
            model_outputs: { start_logits: [[0.5, 0.25, 3]], end_logits: [[0, 1, 2]] },
            model_output_is_encoded: false,
            answers: [[{ score: 0.91, start: 3, end: 7, answer: '1999' }]],
            questions: [],
            contexts: [],
            bertviz: [],
            adversarial: { indices: [] },
            attributions: [],
          },
        },
      },
    });
  });

  it('show warnings only when there are some', () => {
    expect(encodeResult({ ...empty, warnings: ['cut'] }, { task: 'embedding', encoded: true })).toMatchObject(
      { warnings: ['cut'] },
    );
  });
});

describe('states', () => {
  it('a queued task is answered by two strings and 200', () => {
    expect(encodeQueued('Queued embedding', 'id')).toEqual({
      status: 200,
      headers: {},
      body: { kind: 'json', value: { message: 'Queued embedding', task_id: 'id' } },
    });
  });

  it('an unfinished task is 202 Processing', () => {
    expect(encodeTask({ kind: 'pending', taskId: 'id' }, true)).toMatchObject({
      status: 202,
      body: { value: { task_id: 'id', status: 'Processing' } },
    });
  });

  it('a failure is JSON for those who ask for JSON and text for SQuARE’s clients', () => {
    const error = new AppError('TASK_TIMED_OUT', { detail: { seconds: 3 } });
    expect(encodeTask({ kind: 'failed', taskId: 'id', error }, true)).toMatchObject({
      status: 500,
      body: { kind: 'json', value: { task_id: 'id', status: 'Failed', detail: error.message } },
    });
    expect(encodeTask({ kind: 'failed', taskId: 'id', error }, false)).toEqual({
      status: 500,
      body: { kind: 'text', value: error.message },
    });
  });

  it('every final state without a result has an error to show', () => {
    expect(endedWithout(taskView({ state: 'running' }))).toBeNull();
    expect(endedWithout(taskView())).toBeNull();
    expect(endedWithout(taskView({ state: 'cancelled' }))?.code).toBe('TASK_CANCELLED');
    expect(endedWithout(taskView({ state: 'expired' }))?.code).toBe('TASK_QUEUE_EXPIRED');
    const error = { code: 'RESULT_TOO_LARGE', detail: { bytes: 2, limit: 1 }, text: '' } as const;
    expect(endedWithout(taskView({ state: 'failed', error }))?.message).toContain('MAX_RESULT_BYTES');
  });
});

describe('errors', () => {
  const body = (error: AppError) => {
    const reply = encodeError(error);
    return [reply.status, reply.body.kind === 'json' ? reply.body.value : null];
  };

  it.each([
    [new AppError('UNAUTHENTICATED', { detail: { reason: 'missing' } }), 403, 'Not authenticated'],
    [new AppError('UNAUTHENTICATED', { detail: { reason: 'invalid' } }), 401, 'Unauthorized'],
    [new AppError('ROUTE_UNKNOWN'), 404, 'Not Found'],
    [new AppError('METHOD_NOT_ALLOWED'), 405, 'Method Not Allowed'],
    [
      new AppError('MODEL_UPDATE_REFUSED', { detail: { problem: "Can't change gpu setting for the model" } }),
      400,
      "Can't change gpu setting for the model",
    ],
  ])('%s', (error, status, detail) => {
    expect(body(error)).toEqual([status, { detail }]);
  });

  it('a body that is no JSON is 422, as FastAPI has it', () => {
    expect(body(new AppError('BODY_NOT_JSON', { detail: { problem: 'x' } }))).toMatchObject([
      422,
      { detail: [{ loc: ['body'], type: 'value_error.jsondecode' }] },
    ]);
  });

  it('too many requests say when to come back', () => {
    expect(encodeError(new AppError('RATE_LIMITED', { detail: { seconds: 7 } })).headers).toEqual({
      'Retry-After': '7',
    });
  });
});

describe('statistics and updates', () => {
  it('have SQuARE’s thirteen fields', () => {
    expect(encodeStatistics(modelEntry())).toEqual({
      model_type: 'onnx',
      model_name: 'owner/model',
      batch_size: 8,
      max_input: 50,
      model_class: 'from_config',
      disable_gpu: true,
      return_plaintext_arrays: false,
      preloaded_adapters: true,
      transformers_cache: '.cache',
      model_path: null,
      decoder_path: null,
      onnx_use_quantized: false,
      is_encoder_decoder: false,
    });
  });

  it('absent and null leave a setting as it is', () => {
    expect(decodeUpdate({ batch_size: 4, max_input: null, unknown: 1 }, modelEntry())).toEqual({
      batchSize: 4,
    });
    expect(decodeUpdate({}, modelEntry())).toEqual({});
    expect(decodeUpdate({ max_input: '7', return_plaintext_arrays: 'yes' }, modelEntry())).toEqual({
      maxInput: 7,
      returnPlaintextArrays: true,
    });
  });

  it.each(['onnx', 'sentence-transformer'] as const)('the gpu setting of %s stays', (modelType) => {
    const model = modelEntry({ modelType });
    expect(() => decodeUpdate({ disable_gpu: false }, model)).toThrow(
      "Can't change gpu setting for the model",
    );
    expect(decodeUpdate({ disable_gpu: true, batch_size: 2 }, model)).toEqual({
      disableGpu: true,
      batchSize: 2,
    });
    expect(decodeUpdate({ disable_gpu: false }, modelEntry({ modelType: 'transformer' }))).toEqual({
      disableGpu: false,
    });
  });
});
