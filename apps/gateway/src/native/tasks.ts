import { isTaskId, type TensorEncoding, taskFilter, tensorEncodings } from '@tessera/contracts';
import { encodeNativeResult, encodeNativeTask, invalid, parse, type WireResponse } from '@tessera/dialects';
import express, { type Request, type Response, type Router } from 'express';
import { sightOf } from '../access.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { clientSignal } from '../http/client-signal.ts';
import { jsonText } from '../http/json-text.ts';
import { appliedWait, preferredWaitMs } from '../http/prefer-wait.ts';
import { pathParameter, replyWith } from '../http/reply-with.ts';
import { identityOf } from '../http/request-context.ts';
import { requireRole } from '../middleware/auth.ts';
import { taskEvents } from './events.ts';
import { findTask, readSucceeded } from './find-task.ts';
import { submitTaskRoute } from './submit.ts';
import { submitStreamRoute } from './submit-stream.ts';

/** /v1/tasks: submit, look, wait, follow, cancel, list. Tasks of other callers look unknown. */
export function taskRoutes(deps: GatewayDeps): Router {
  const { jobs, maxWaitMs, closing } = deps;
  const router = express.Router();

  /** Waits when the caller prefers it; returns the header that says so. */
  const waited = async (request: Request, response: Response): Promise<Readonly<Record<string, string>>> => {
    const taskId = pathParameter(request, 'id');
    const waitMs = preferredWaitMs(request, maxWaitMs);
    if (waitMs === null || !isTaskId(taskId)) return {};
    const caller = sightOf(identityOf(response));
    await jobs.wait(taskId, { timeoutMs: waitMs, signal: clientSignal(response, closing), caller });
    return appliedWait(waitMs);
  };

  const list = async (request: Request, response: Response): Promise<WireResponse> => {
    const { cursor, limit, ...filter } = parse(taskFilter, request.query);
    if (cursor !== undefined && !isTaskId(cursor)) throw invalid('cursor', 'send the nextCursor of a page');
    const page = await jobs.list({
      ...defined(filter),
      caller: sightOf(identityOf(response)),
      limit,
      ...(cursor === undefined ? {} : { before: cursor }),
    });
    return jsonText(200, { tasks: page.tasks, nextCursor: page.next });
  };

  const show = async (request: Request, response: Response): Promise<WireResponse> => {
    const headers = await waited(request, response);
    const taskId = pathParameter(request, 'id');
    const caller = sightOf(identityOf(response));
    const view = await findTask(taskId, () => jobs.read(taskId, caller));
    return encodeNativeTask({ view, status: 200, headers });
  };

  const result = async (request: Request, response: Response): Promise<WireResponse> => {
    const form = resultForm(request);
    const headers = await waited(request, response);
    const taskId = pathParameter(request, 'id');
    const found = await readSucceeded(jobs, taskId, sightOf(identityOf(response)));
    const reply = encodeNativeResult(found.view, found.result, form);
    return { ...reply, headers: { ...reply.headers, ...headers, Vary: 'Accept' } };
  };

  const cancel = async (request: Request, response: Response): Promise<WireResponse> => {
    const taskId = pathParameter(request, 'id');
    const caller = sightOf(identityOf(response));
    const view = await findTask(taskId, () => jobs.cancel(taskId, caller));
    return encodeNativeTask({ view, status: 200 });
  };

  router.post(
    '/',
    requireRole('caller'),
    submitStreamRoute(deps),
    replyWith('native:submit', submitTaskRoute(deps)),
  );
  router.get('/', replyWith('native:list', list));
  router.get('/:id', replyWith('native:task', show));
  router.delete('/:id', requireRole('caller'), replyWith('native:cancel', cancel));
  router.get('/:id/result', replyWith('native:result', result));
  router.post('/:id/cancel', requireRole('caller'), replyWith('native:cancel', cancel));
  router.get('/:id/events', taskEvents(deps));
  return router;
}

/** `?tensors=` decides; without it `Accept: application/octet-stream` asks for the safetensors file itself. */
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
