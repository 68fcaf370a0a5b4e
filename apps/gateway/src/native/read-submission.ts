import { decodeSubmission, invalid, parseSubmission } from '@tessera/dialects';
import type { Request, Response } from 'express';
import { findModel } from '../find-model.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { identityOf } from '../http/request-context.ts';

const keyPattern = /^[\x21-\x7e]{1,255}$/;

/** The body of POST /v1/tasks as a job of its model, with how its tensors are to be written and what was ignored. */
export async function readSubmission(deps: GatewayDeps, request: Request, response: Response) {
  const submission = parseSubmission(request.body);
  const model = await findModel(deps.jobs.catalogue, submission.model);
  const { request: job, ...rest } = decodeSubmission(submission, {
    model,
    features: deps.features,
    limits: deps.textLimits,
    caller: identityOf(response).caller,
    idempotencyKey: idempotencyKeyOf(request),
  });
  return { job, ...rest };
}

function idempotencyKeyOf(request: Request): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !keyPattern.test(key))
    throw invalid('Idempotency-Key', 'send one key of 1 to 255 printable ASCII characters without spaces');
  return key;
}
