import { isTaskId, type TensorEncoding, taskFilter, tensorEncodings } from '@tessera/contracts';
import { encodeNativeResult, encodeNativeTask, invalid, parse } from '@tessera/dialects';
import type { Request } from 'express';
import { sightOf } from '../access.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { clientSignal } from '../http/client-signal.ts';
import { jsonText } from '../http/json-text.ts';
import { appliedWait, preferredWaitMs } from '../http/prefer-wait.ts';
import type { NativeCall, NativeHandler } from './call.ts';
import { findTask, readSucceeded } from './find-task.ts';

/** GET /v1/tasks: the caller's own, or everybody's for administrators. */
export function listTasks({ jobs }: GatewayDeps): NativeHandler<'list'> {
  return async ({ request, identity }) => {
    const { cursor, limit, ...filter } = parse(taskFilter, request.query);
    if (cursor !== undefined && !isTaskId(cursor)) throw invalid('cursor', 'send the nextCursor of a page');
    const page = await jobs.list({
      ...defined(filter),
      caller: sightOf(identity),
      limit,
      ...(cursor === undefined ? {} : { before: cursor }),
    });
    return jsonText(200, { tasks: page.tasks, nextCursor: page.next });
  };
}

/** GET /v1/tasks/{id}. */
export function showTask(deps: GatewayDeps): NativeHandler<'task'> {
  const waited = waitIfPreferred(deps);
  return async (call) => {
    const headers = await waited(call);
    const taskId = call.parameters.id;
    const view = await findTask(taskId, () => deps.jobs.read(taskId, sightOf(call.identity)));
    return encodeNativeTask({ view, status: 200, headers });
  };
}

/** GET /v1/tasks/{id}/result. */
export function showResult(deps: GatewayDeps): NativeHandler<'result'> {
  const waited = waitIfPreferred(deps);
  return async (call) => {
    const form = resultForm(call.request);
    const headers = await waited(call);
    const found = await readSucceeded(deps.jobs, call.parameters.id, sightOf(call.identity));
    const reply = encodeNativeResult(found.view, found.result, form);
    return { ...reply, headers: { ...reply.headers, ...headers, Vary: 'Accept' } };
  };
}

/** DELETE /v1/tasks/{id} and POST /v1/tasks/{id}/cancel. */
export function cancelTask({ jobs }: GatewayDeps): NativeHandler<'cancel' | 'cancel-by-post'> {
  return async ({ parameters: { id: taskId }, identity }) => {
    const view = await findTask(taskId, () => jobs.cancel(taskId, sightOf(identity)));
    return encodeNativeTask({ view, status: 200 });
  };
}

/** Waits when the caller prefers it; returns the header that says so. */
function waitIfPreferred({ jobs, maxWaitMs, closing }: GatewayDeps) {
  return async ({
    parameters,
    identity,
    request,
    response,
  }: NativeCall<'task' | 'result'>): Promise<Readonly<Record<string, string>>> => {
    const taskId = parameters.id;
    const waitMs = preferredWaitMs(request, maxWaitMs);
    if (waitMs === null || !isTaskId(taskId)) return {};
    const caller = sightOf(identity);
    await jobs.wait(taskId, { timeoutMs: waitMs, signal: clientSignal(response, closing), caller });
    return appliedWait(waitMs);
  };
}

/**
 * `?tensors=` decides; without it `Accept: application/octet-stream` asks for the safetensors file itself.
 */
function resultForm(request: Request): TensorEncoding | 'file' {
  const { tensors } = request.query;
  if (tensors === undefined)
    return (request.headers.accept ?? '').includes('application/octet-stream') ? 'file' : 'list';
  const encoding = tensorEncodings.find((candidate) => candidate === tensors);
  if (!encoding) throw invalid('tensors', `expected one of ${tensorEncodings.join(', ')}`);
  return encoding;
}

/** The members that are there, for interfaces where absent and undefined differ. */
function defined<T extends object>(record: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
