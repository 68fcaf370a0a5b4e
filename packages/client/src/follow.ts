import type { TaskEvent } from '@tessera/contracts';
import { finalStates } from '@tessera/contracts';
import type { EventSourceMessage } from 'eventsource-parser';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { ProblemError } from './problem-error.ts';

const final: ReadonlySet<string> = new Set(finalStates);

/** Connections in a row that may bring nothing before the following is given up. */
const emptyConnections = 5;

/**
 * A task's events over as many connections as it takes: one that breaks is opened again behind the last event
 * that was heard, as Last-Event-ID does in browsers. Ends with the final event. Throws what `open` throws
 * when it brings nothing several times.
 */
export async function* follow(
  open: (after: number) => Promise<Response>,
  start: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<TaskEvent> {
  let after = start;
  let empty = 0;
  while (true) {
    let heard = false;
    try {
      const response = await open(after);
      if (response.status === 204) return;
      for await (const message of messagesOf(response)) {
        const event = eventOf(message, JSON.parse(message.data));
        heard = true;
        if (Number.isFinite(event.id)) after = event.id;
        yield event;
        if (final.has(event.type)) return;
      }
    } catch (thrown) {
      if (signal?.aborted || thrown instanceof ProblemError || ++empty >= emptyConnections) throw thrown;
    }
    empty = heard ? 0 : empty + 1;
    if (empty >= emptyConnections) return;
  }
}

/** The messages of an event stream. Leaving the loop closes the connection. */
export async function* messagesOf(response: Response): AsyncGenerator<EventSourceMessage> {
  if (!response.body) return;
  yield* response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
}

/** A message as the event it carries. */
export function eventOf(
  message: EventSourceMessage,
  told: { at: string } & Record<string, unknown>,
): TaskEvent {
  const { at, ...data } = told;
  return { id: Number(message.id), type: message.event as TaskEvent['type'], at, data };
}
