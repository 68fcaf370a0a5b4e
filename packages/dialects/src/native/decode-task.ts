import { AppError } from '@tessera/base';
import {
  type AttackOptions,
  type JobPayload,
  type ModelEntry,
  submitTask,
  type TensorEncoding,
} from '@tessera/contracts';
import type { z } from 'zod';
import { checkAdapterNames } from '../adapter-names.ts';
import { checkCount } from '../check-size.ts';
import type { DecodeContext, Decoded } from '../dialect.ts';
import { type FeatureTable, requireFeature } from '../features.ts';
import { readGeneration } from '../read-generation.ts';
import { readSaliency, type Saliency } from '../read-saliency.ts';
import { checkJson, checkText, invalid, type TextLimits } from '../text-limits.ts';
import { parseShape } from './parse.ts';
import { checkMethod, refuseUnknown } from './suggest.ts';

export type Submission = z.output<typeof submitTask>;

/** Parses the body of POST /v1/tasks. Strict: an unknown field is an error. Throws INPUT_INVALID. */
export function parseSubmission(body: unknown): Submission {
  return parseShape(submitTask, body);
}

/**
 * A submission as a job of its model. Throws INPUT_INVALID, MODEL_TASK_MISMATCH, FEATURE_UNAVAILABLE,
 * CAPABILITY_MISSING.
 */
export function decodeSubmission(
  submission: Submission,
  context: Omit<DecodeContext, 'task'> & { readonly idempotencyKey: string | null },
): Decoded & { readonly tensors: TensorEncoding } {
  checkTask(submission, context.model);
  checkInput(submission.input, context.model, context.limits);
  const { payload, kind } = payloadOf(submission, context);
  const { priority, timeToLiveMs, tensors } = submission;
  return {
    request: {
      model: context.model.identifier,
      kind,
      payload,
      priority,
      idempotencyKey: context.idempotencyKey,
      caller: context.caller,
      timeToLiveMs,
    },
    warnings: payload.warnings ?? [],
    tensors,
  };
}

/** Throws MODEL_TASK_MISMATCH for a task that the model is known not to do. */
export function checkTask({ task }: Pick<Submission, 'task'>, model: ModelEntry): void {
  if (model.tasks.length > 0 && !model.tasks.includes(task))
    throw new AppError('MODEL_TASK_MISMATCH', {
      detail: { field: 'task', model: model.identifier, task, possible: model.tasks.join(', ') },
    });
}

/** Throws FEATURE_UNAVAILABLE and INPUT_INVALID for adapters that cannot be had. */
export function checkAdapters(adapters: readonly string[], features: FeatureTable): void {
  if (adapters.length === 0) return;
  requireFeature(features, 'adapters', 'adapters');
  checkAdapterNames(adapters, 'adapters');
}

/**
 * Throws INPUT_INVALID for more inputs than the model takes, before anything else of the body is looked at.
 */
export function checkInputCount(body: unknown, { maxInput }: Pick<ModelEntry, 'maxInput'>): void {
  checkCount(body, {
    field: 'input',
    most: maxInput,
    problem: (count) => `${count} items; the model takes ${maxInput} at the most`,
  });
}

function checkInput(input: Submission['input'], model: ModelEntry, limits: TextLimits): void {
  checkInputCount({ input }, model);
  input.forEach((item, i) => {
    if (typeof item === 'string') checkText(item, `input.${i}`, limits);
    else for (const [k, text] of item.entries()) checkText(text, `input.${i}.${k}`, limits);
  });
}

/** The submission with its options parsed. Throws FEATURE_UNAVAILABLE, INPUT_INVALID, CAPABILITY_MISSING. */
function payloadOf(
  submission: Submission,
  { features, limits, model }: Pick<DecodeContext, 'features' | 'limits' | 'model'>,
): { readonly payload: JobPayload; readonly kind: Saliency['kind'] } {
  const { model: _, priority: __, timeToLiveMs: ___, tensors: ____, ...asked } = submission;
  if (asked.task === 'generation') requireFeature(features, 'generation', 'task');
  const generation = asked.task === 'generation' ? readGeneration(asked.options, limits) : null;
  checkAdapters(asked.adapters, features);
  for (const field of ['explain', 'attack'] as const) {
    if (!asked[field]) continue;
    requireFeature(features, field, field);
    checkJson(asked[field], field, limits);
    checkMethod(asked[field], field);
  }
  const { kind, explain, attack } = readSaliency(asked, { model, onUnknown: refuseUnknown });
  if (attack?.labels) checkLabels(attack.labels, submission);
  const warnings = generation?.warnings ?? [];
  const common = { explain, attack, ...(warnings.length > 0 && { warnings }) };
  const payload: JobPayload =
    asked.task === 'generation'
      ? { ...asked, ...common, options: generation!.options }
      : { ...asked, ...common };
  return { payload, kind };
}

/**
 * One true label an input; the choices of a multiple choice are one input together, which the model process
 * knows.
 */
function checkLabels(
  labels: NonNullable<AttackOptions['labels']>,
  { input, task, options }: Submission,
): void {
  if (labels.length === input.length) return;
  if (task === 'sequence-classification' && (options.multipleChoice || labels.length === 1)) return;
  throw invalid(
    'attack.labels',
    `there are ${labels.length} labels for ${input.length} inputs; give one each, null where it is not known`,
  );
}
