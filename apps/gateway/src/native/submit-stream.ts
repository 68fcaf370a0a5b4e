import { isFinal } from '@tessera/contracts';
import { encodeNativeTask } from '@tessera/dialects';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { sightOf } from '../access.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { openEventStream, writeEvents } from '../http/event-stream.ts';
import { contextOf, identityOf } from '../http/request-context.ts';
import { readSubmission } from './read-submission.ts';

/**
 * POST /v1/tasks with `Accept: text/event-stream`: the task's life as server-sent events on the same connection. Generated
 * text comes as `token` events while it is made; the last event is `result`, with the task as GET shows it and its result.
 * A client that goes away before the end cancels the task.
 */
export function submitStreamRoute(deps: GatewayDeps): RequestHandler {
  const { jobs, clock, closing, log } = deps;
  return async (request: Request, response: Response, next: NextFunction) => {
    if (!(request.headers.accept ?? '').includes('text/event-stream')) return next();
    contextOf(response).route = 'native:submit-stream';
    const { job, tensors, warnings } = await readSubmission(deps, request, response);
    const { payload } = job;
    const streamed = payload.task === 'generation' ? { ...payload, streamTokens: true } : payload;
    const caller = sightOf(identityOf(response));
    const { taskId } = await jobs.submit({ ...job, payload: streamed });
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    openEventStream(response, { Location: `/v1/tasks/${taskId}` });
    const signal = AbortSignal.any([gone.signal, closing]);
    await writeEvents(response, jobs.watch(taskId, { signal, caller })[Symbol.asyncIterator](), clock);
    const found = await jobs.result(taskId, caller);
    if (gone.signal.aborted) {
      if (found && !isFinal(found.view.state))
        await jobs
          .cancel(taskId, caller)
          .catch((error: Error) => log.debug({ taskId, reason: error.message }, 'nothing left to cancel'));
      return;
    }
    if (found) {
      const { body } = encodeNativeTask({
        view: found.view,
        warnings,
        status: 200,
        ...(found.result ? { result: { record: found.result, encoding: tensors } } : {}),
      });
      if (body?.kind === 'json-text') response.write(`event: result\ndata: ${body.value}\n\n`);
    }
    response.end();
  };
}
