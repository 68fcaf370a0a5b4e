import { AppError } from '@tessera/base';
import { type JobPayload, type ModelEntry, submitTask, type TensorEncoding } from '@tessera/contracts';
import type { z } from 'zod';
import { checkAdapterNames } from '../adapter-names.ts';
import { checkGenerationOptions } from '../check-generation.ts';
import { checkAttack, checkExplain } from '../check-saliency.ts';
import type { DecodeContext, Decoded } from '../dialect.ts';
import { type FeatureTable, requireFeature } from '../features.ts';
import { checkJson, checkText, invalid, type TextLimits } from '../text-limits.ts';
import { parseShape } from './parse.ts';

export type Submission = z.output<typeof submitTask>;

/** Parses the body of POST /v1/tasks. Strict: an unknown field is an error. Throws INPUT_INVALID. */
export function parseSubmission(body: unknown): Submission {
  return parseShape(submitTask, body);
}

/** A submission as a job of its model. Throws INPUT_INVALID, MODEL_TASK_MISMATCH, FEATURE_UNAVAILABLE, CAPABILITY_MISSING. */
export function decodeSubmission(
  submission: Submission,
  context: Omit<DecodeContext, 'task'> & { readonly idempotencyKey: string | null },
): Decoded & { readonly tensors: TensorEncoding } {
  const { model, priority, timeToLiveMs, tensors, ...payload } = submission;
  checkTask(submission, context.model);
  checkInput(submission.input, context.model, context.limits);
  const warnings = checkExtras(submission, context);
  return {
    request: {
      model: context.model.identifier,
      kind: payload.attack ? 'attack' : payload.explain ? 'explain' : 'predict',
      payload: payload as JobPayload,
      priority,
      idempotencyKey: context.idempotencyKey,
      caller: context.caller,
      timeToLiveMs,
    },
    warnings,
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

function checkInput(input: Submission['input'], model: ModelEntry, limits: TextLimits): void {
  if (input.length > model.maxInput)
    throw invalid('input', `${input.length} items; the model takes ${model.maxInput} at the most`);
  input.forEach((item, i) => {
    if (typeof item === 'string') checkText(item, `input.${i}`, limits);
    else for (const [k, text] of item.entries()) checkText(text, `input.${i}.${k}`, limits);
  });
}

function checkExtras(
  submission: Submission,
  { features, limits, model }: Pick<DecodeContext, 'features' | 'limits' | 'model'>,
): readonly string[] {
  const { explain, attack, adapters, task, options } = submission;
  const warnings: string[] = [];
  if (task === 'generation') {
    requireFeature(features, 'generation', 'task');
    warnings.push(...checkGenerationOptions(options, limits, (option) => `options.${option}`));
  }
  checkAdapters(adapters, features);
  for (const [field, asked, check] of [
    ['explain', explain, checkExplain],
    ['attack', attack, checkAttack],
  ] as const) {
    if (!asked) continue;
    requireFeature(features, field, field);
    checkJson(asked, field, limits);
    const unknown = check(asked, model, field);
    checkLabels(asked, submission, field);
    if (unknown.length > 0) throw invalid(field, `unknown options ${unknown.join(', ').slice(0, 200)}`);
  }
  return warnings;
}

/** One true label an input; the choices of a multiple choice are one input together, which the model process knows. */
function checkLabels(
  { labels }: Readonly<Record<string, unknown>>,
  { input, task, options }: Submission,
  field: string,
): void {
  if (!Array.isArray(labels) || labels.length === input.length) return;
  if (task === 'sequence-classification' && (options.multipleChoice || labels.length === 1)) return;
  throw invalid(
    `${field}.labels`,
    `there are ${labels.length} labels for ${input.length} inputs; give one each, null where it is not known`,
  );
}
