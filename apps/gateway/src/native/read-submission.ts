import type { JobRequest, ModelEntry, TensorEncoding } from '@tessera/contracts';
import {
  checkInputCount,
  checkRecordCount,
  type Decoded,
  decodeEvaluation,
  decodeSubmission,
  invalid,
  parseEvaluation,
  parseSubmission,
} from '@tessera/dialects';
import type { Request } from 'express';
import { findModel } from '../find-model.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { limitBudget } from '../limit-budget.ts';
import type { NativeCall } from './call.ts';

const keyPattern = /^[\x21-\x7e]{1,255}$/;

/** A job as it was sent, how its tensors are to be written, and what was ignored. */
export interface ReadJob {
  readonly job: JobRequest;
  readonly tensors: TensorEncoding;
  readonly warnings: readonly string[];
}

/**
 * The body of POST /v1/tasks as a job of its model, with how its tensors are to be written and what was
 * ignored.
 */
export async function readSubmission(
  deps: GatewayDeps,
  call: NativeCall<'submit' | 'evaluate'>,
): Promise<ReadJob> {
  const { body } = call.request;
  const named = await namedModel(deps, body);
  if (named) checkInputCount(body, named);
  const submission = parseSubmission(body);
  const model = named ?? (await findModel(deps.jobs.catalogue, submission.model));
  const decoded = decodeSubmission(submission, { model, ...contextOf(deps, call) });
  return { ...read(decoded, deps, call), tensors: decoded.tensors };
}

/** As {@link readSubmission}, of POST /v1/evaluations; its result has no tensors. */
export async function readEvaluation(
  deps: GatewayDeps,
  call: NativeCall<'submit' | 'evaluate'>,
): Promise<ReadJob> {
  checkRecordCount(call.request.body, deps.textLimits);
  const submission = parseEvaluation(call.request.body);
  const model = await findModel(deps.jobs.catalogue, submission.model);
  const decoded = decodeEvaluation(submission, { model, ...contextOf(deps, call) });
  return { ...read(decoded, deps, call), tensors: 'list' };
}

/**
 * The model that a body names, whatever else is in it: it says how many inputs there may be. Throws
 * MODEL_UNKNOWN.
 */
async function namedModel({ jobs }: GatewayDeps, body: unknown): Promise<ModelEntry | null> {
  const name = typeof body === 'object' && body !== null ? (body as { model?: unknown }).model : undefined;
  return typeof name === 'string' ? findModel(jobs.catalogue, name) : null;
}

function read(
  { request, warnings }: Decoded,
  { maxModelCalls }: GatewayDeps,
  { identity }: NativeCall<'submit' | 'evaluate'>,
): Omit<ReadJob, 'tensors'> {
  return { job: limitBudget(request, identity, maxModelCalls), warnings };
}

/** What decoding takes from the server and the caller. */
function contextOf(
  { features, textLimits }: GatewayDeps,
  { request, identity }: NativeCall<'submit' | 'evaluate'>,
) {
  return { features, limits: textLimits, caller: identity.caller, idempotencyKey: idempotencyKeyOf(request) };
}

function idempotencyKeyOf(request: Request): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !keyPattern.test(key))
    throw invalid('Idempotency-Key', 'send one key of 1 to 255 printable ASCII characters without spaces');
  return key;
}
