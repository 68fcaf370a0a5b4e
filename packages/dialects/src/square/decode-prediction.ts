import { AppError } from '@tessera/base';
import type { JobPayload, TaskWithOptions } from '@tessera/contracts';
import type { DecodeContext, Decoded } from '../dialect.ts';
import { requireFeature } from '../features.ts';
import { type ReadGeneration, readGeneration } from '../read-generation.ts';
import { invalid } from '../text-limits.ts';
import { type JsonRecord, readBody, readBoolean, readObject } from './coerce.ts';
import { decodeAdapters } from './decode-adapters.ts';
import { decodeInput } from './decode-input.ts';
import { decodeTaskOptions, type EncoderTask } from './decode-options.ts';
import { decodeSaliency } from './decode-saliency.ts';
import { inBodyWords } from './field-names.ts';
import { type Kwargs, readKwargs } from './kwargs.ts';

/** What is read of a body; other members are ignored whatever they hold, as SQuARE does. */
const readFields = [
  'input',
  'is_preprocessed',
  'preprocessing_kwargs',
  'model_kwargs',
  'task_kwargs',
  'explain_kwargs',
  'attack_kwargs',
  'adapter_name',
];

/**
 * A SQuARE PredictionRequest as a job (docs/square-wire.md#requests). This and its neighbours are the only
 * code that reads `*_kwargs`. Throws INPUT_INVALID, MODEL_TASK_MISMATCH, FEATURE_UNAVAILABLE or
 * BODY_TOO_DEEP, each naming its field.
 */
export function decodePrediction(body: unknown, context: DecodeContext): Decoded {
  try {
    return decode(body, context);
  } catch (error) {
    throw error instanceof AppError ? inBodyWords(error) : error;
  }
}

function decode(body: unknown, context: DecodeContext): Decoded {
  const { model, task, limits, features } = context;
  const record = readBody(body, readFields);
  if (model.tasks.length > 0 && !model.tasks.includes(task))
    throw new AppError('MODEL_TASK_MISMATCH', {
      detail: {
        field: 'path.task',
        model: model.identifier,
        task,
        possible: model.tasks.join(', '),
        // SQuARE's own text, for its commonest case.
        ...(model.tasks.join() === 'embedding'
          ? { problem: 'Only embedding task supported by this model' }
          : {}),
      },
    });
  if (task === 'generation') requireFeature(features, 'generation', 'path.task');
  const input = decodeInput(record.input, { maxInput: model.maxInput, limits });
  if (readBoolean(record.is_preprocessed ?? false, 'body.is_preprocessed'))
    throw invalid(
      'body.is_preprocessed',
      'is_preprocessed=True is not supported for this model. Please use text as input.',
    );
  const kwargs = (name: string): JsonRecord =>
    name in record ? readObject(record[name], `body.${name}`) : {};
  const preprocessing = readKwargs(kwargs('preprocessing_kwargs'), 'preprocessing_kwargs');
  const modelKwargs = kwargs('model_kwargs');
  const taskKwargs = kwargs('task_kwargs');
  const forModel = readKwargs(modelKwargs, 'model_kwargs');
  const forTask = readKwargs(taskKwargs, 'task_kwargs');
  const saliency = decodeSaliency(
    { explain: kwargs('explain_kwargs'), attack: kwargs('attack_kwargs') },
    context,
  );
  const adapters = decodeAdapters(record.adapter_name, features);
  const common = {
    input,
    preprocessing: decodePreprocessing(preprocessing),
    outputAttentions: outputFlag('output_attentions', { forModel, forTask, task }),
    outputHiddenStates: outputFlag('output_hidden_states', { forModel, forTask, task }),
    adapters,
    averageAdapters: forModel.boolean('average_adapters', false),
    explain: saliency.explain,
    attack: saliency.attack,
  };
  const generation = task === 'generation' ? mergeGeneration(modelKwargs, taskKwargs, limits) : null;
  const options: TaskWithOptions = generation
    ? { task: 'generation', options: generation.options }
    : encoderOptions(task as EncoderTask, forTask);
  const ignored = [...(generation?.warnings ?? []), ...saliency.ignored];
  const payload: JobPayload = { ...options, ...common, ...(ignored.length > 0 && { warnings: ignored }) };
  const unknown = generation ? generation.warnings : [...forModel.warnings(), ...forTask.warnings()];
  return {
    request: {
      model: model.identifier,
      kind: saliency.kind,
      payload,
      priority: 0,
      idempotencyKey: null,
      caller: context.caller,
      timeToLiveMs: null,
    },
    warnings: [...preprocessing.warnings(), ...unknown, ...saliency.warnings],
  };
}

function encoderOptions<T extends EncoderTask>(task: T, kwargs: Kwargs): TaskWithOptions<T> {
  return { task, options: decodeTaskOptions[task](kwargs) };
}

function decodePreprocessing(kwargs: Kwargs): JobPayload['preprocessing'] {
  // Padding never changes an answer here, and each task cuts the text that docs/square-wire.md#tasks says.
  kwargs.accept('padding', 'truncation', 'return_tensors');
  const stride = kwargs.integer('stride', null, { min: 0 });
  const docStride = kwargs.integer('doc_stride', null, { min: 0 });
  return {
    maxLength: kwargs.integer('max_length', null, { min: 1 }),
    stride: stride ?? docStride,
    addSpecialTokens: kwargs.boolean('add_special_tokens', null),
  };
}

/**
 * Generation merges both objects for `generate`, and there the task's word wins
 * (docs/square-wire.md#generation).
 */
function outputFlag(
  name: string,
  { forModel, forTask, task }: { forModel: Kwargs; forTask: Kwargs; task: string },
): boolean {
  const asked = forModel.boolean(name, false);
  return task === 'generation' ? forTask.boolean(name, asked) : asked;
}

/** Both objects as one for `generate`; a refusal names the object that the option came in. */
function mergeGeneration(
  modelKwargs: JsonRecord,
  taskKwargs: JsonRecord,
  limits: DecodeContext['limits'],
): ReadGeneration {
  const { average_adapters, ...options } = { ...modelKwargs, ...taskKwargs };
  return readGeneration(options, limits, (option) => {
    const object = option.split('.')[0]! in taskKwargs ? 'task_kwargs' : 'model_kwargs';
    return `body.${object}.${option}`;
  });
}
