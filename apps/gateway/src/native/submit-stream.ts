import { isFinal } from '@tessera/contracts';
import { encodeNativeTask } from '@tessera/dialects';
import { sightOf } from '../access.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { openEventStream, writeEvents } from '../http/event-stream.ts';
import { contextOf } from '../http/request-context.ts';
import { countedAs, type OpenRequests } from '../middleware/open-requests.ts';
import type { NativeCall } from './call.ts';
import { readSubmission } from './read-submission.ts';

/**
 * POST /v1/tasks with `Accept: text/event-stream`: the task's life as server-sent events on the same
 * connection. Generated text comes as `token` events while it is made; the last event is `result`, with the
 * task as GET shows it and its result. A client that goes away before the end cancels the task.
 */
export function submitStream(deps: GatewayDeps, streams: OpenRequests) {
  const { jobs, clock, closing, log } = deps;
  return async (call: NativeCall<'submit'>): Promise<null> => {
    const { response, identity } = call;
    contextOf(response).route = 'native:submit-stream';
    streams.enter(countedAs(identity, call.request.socket.remoteAddress), response);
    const { job, tensors, warnings } = await readSubmission(deps, call);
    const { payload } = job;
    const streamed = payload.task === 'generation' ? { ...payload, streamTokens: true } : payload;
    const caller = sightOf(identity);
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
      return null;
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
    return null;
  };
}
