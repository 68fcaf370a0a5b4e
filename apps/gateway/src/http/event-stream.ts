import type { Clock } from '@tessera/base';
import type { TaskEvent } from '@tessera/contracts';
import type { Response } from 'express';

const heartbeatMs = 15_000;

/** Begins a reply of server-sent events (WHATWG HTML §9.2). */
export function openEventStream(response: Response, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
    ...headers,
  });
  response.flushHeaders();
}

/**
 * Writes events as they come, with comments in between that keep an idle connection open; returns when there
 * are no more.
 */
export async function writeEvents(
  response: Response,
  events: AsyncIterator<TaskEvent>,
  clock: Clock,
): Promise<void> {
  let stopBeat = (): void => undefined;
  const beat = (): void => {
    response.write(': still here\n\n');
    stopBeat = clock.after(heartbeatMs, beat);
  };
  stopBeat = clock.after(heartbeatMs, beat);
  try {
    for (let step = await events.next(); !step.done; step = await events.next())
      writeEvent(response, step.value);
  } finally {
    stopBeat();
  }
}

/** Progress and tokens carry the id of the last real step, so that a reconnecting client asks from there. */
export function writeEvent(response: Response, event: TaskEvent): void {
  const data = JSON.stringify({ at: event.at, ...event.data });
  response.write(`id: ${event.id}\nevent: ${event.type}\ndata: ${data}\n\n`);
}
