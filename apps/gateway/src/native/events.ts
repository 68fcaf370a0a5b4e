import { isFinal } from '@tessera/contracts';
import type { Request } from 'express';
import { sightOf } from '../access.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { clientSignal } from '../http/client-signal.ts';
import { openEventStream, writeEvent, writeEvents } from '../http/event-stream.ts';
import { noContent } from '../http/json-text.ts';
import { countedAs, type OpenRequests } from '../middleware/open-requests.ts';
import type { NativeHandler } from './call.ts';
import { findTask } from './find-task.ts';

/**
 * GET /v1/tasks/{id}/events: the task's life as server-sent events, from the beginning or after Last-Event-ID
 * (or ?after=), until its final event. Comments keep idle connections open. 204, which tells EventSource to
 * stop, when nothing is left to tell.
 */
export function taskEvents(
  { jobs, clock, closing }: GatewayDeps,
  streams: OpenRequests,
): NativeHandler<'events'> {
  return async ({ parameters: { id: taskId }, identity, request, response }) => {
    streams.enter(countedAs(identity, request.socket.remoteAddress), response);
    const caller = sightOf(identity);
    const afterEventId = startOf(request);
    const view = await findTask(taskId, () => jobs.read(taskId, caller));
    const signal = clientSignal(response, closing);
    const events = jobs.watch(taskId, { afterEventId, signal, caller })[Symbol.asyncIterator]();
    if (isFinal(view.state)) {
      const first = await events.next();
      if (first.done) return noContent;
      openEventStream(response);
      writeEvent(response, first.value);
    } else openEventStream(response);
    await writeEvents(response, events, clock);
    response.end();
    return null;
  };
}

function startOf(request: Request): number {
  const header = request.headers['last-event-id'];
  const { after } = request.query;
  const text = typeof header === 'string' ? header : typeof after === 'string' ? after : '0';
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}
