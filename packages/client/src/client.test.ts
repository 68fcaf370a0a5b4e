import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createClient, ProblemError, UnreachableError } from './index.ts';

// How the client behaves where a server is busy, slow, broken or gone: against a real socket that does as it
// is told.

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

/** Answers the nth request by the nth reply, later ones by the last. */
async function serve(
  ...replies: readonly ((response: ServerResponse, request: IncomingMessage) => void)[]
): Promise<{ url: string; heard: Heard[] }> {
  const heard: Heard[] = [];
  server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    heard.push({ method, url, headers });
    request.resume();
    request.on('end', () => replies[Math.min(heard.length, replies.length) - 1]!(response, request));
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

const json =
  (value: unknown, status = 200, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
  };
const busy = (status: number) =>
  json({ code: 'BUSY', detail: 'Busy.', status, title: '', type: '', retry: true, requestId: '1' }, status, {
    'retry-after': '0',
  });
const task = { model: 'm', task: 'sequence-classification', input: ['a'] } as const;

describe('a busy server', () => {
  it.each([429, 503])('is asked again after %d, a submission under one Idempotency-Key', async (status) => {
    const { url, heard } = await serve(busy(status), busy(status), json({ taskId: '1', state: 'queued' }));
    const reply = await createClient({ baseUrl: url }).tasks.submit({ ...task, input: ['a'] });
    expect(reply.taskId).toBe('1');
    expect(heard).toHaveLength(3);
    expect(new Set(heard.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('is believed in the end', async () => {
    const { url, heard } = await serve(busy(503));
    const failure = await createClient({ baseUrl: url, retries: 1 })
      .status()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProblemError);
    expect(failure).toMatchObject({ code: 'BUSY', retryAfterSeconds: 0 });
    expect(heard).toHaveLength(2);
  });

  it('is not asked twice to do what cannot be done once', async () => {
    const { url, heard } = await serve(busy(503));
    await expect(createClient({ baseUrl: url }).keys.create({ name: 'k' })).rejects.toBeInstanceOf(
      ProblemError,
    );
    expect(heard).toHaveLength(1);
  });
});

describe('no answer', () => {
  it('names the address and the reason', async () => {
    const failure = await createClient({ baseUrl: 'http://127.0.0.1:9', retries: 0 })
      .status()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UnreachableError);
    expect((failure as Error).message).toMatch(/^http:\/\/127\.0\.0\.1:9 cannot be reached \(.+\)/);
  });

  it('ends by itself', async () => {
    const { url } = await serve(() => undefined);
    const client = createClient({ baseUrl: url, retries: 0, timeoutMs: 100 });
    await expect(client.status()).rejects.toThrow(/no answer in time/);
  });
});

describe('events', () => {
  const event = (id: number, type: string): string =>
    `id: ${id}\nevent: ${type}\ndata: {"at":"2026-01-01T00:00:00.000Z"}\n\n`;

  it('go on behind the last one when the connection breaks', async () => {
    const stream = { 'content-type': 'text/event-stream' };
    const { url, heard } = await serve(
      (response) => {
        response.writeHead(200, stream);
        response.write(event(1, 'queued') + event(2, 'running'), () => response.destroy());
      },
      (response) => response.writeHead(200, stream).end(event(3, 'succeeded')),
    );
    const types: string[] = [];
    for await (const { type } of createClient({ baseUrl: url }).tasks.events('1')) types.push(type);
    expect(types).toEqual(['queued', 'running', 'succeeded']);
    expect(heard.map(({ headers }) => headers['last-event-id'])).toEqual(['0', '2']);
  });

  it('end where there is nothing left to tell', async () => {
    const { url } = await serve((response) => response.writeHead(204).end());
    const types: string[] = [];
    for await (const { type } of createClient({ baseUrl: url }).tasks.events('1', { after: 3 }))
      types.push(type);
    expect(types).toEqual([]);
  });
});

describe('an abort', () => {
  it('cancels the task on the server, even before its answer was heard', async () => {
    const stop = new AbortController();
    const { url, heard } = await serve(
      () => stop.abort(new Error('enough')),
      json({ taskId: '7', state: 'running' }),
      json({ taskId: '7', state: 'cancelled' }),
    );
    const running = createClient({ baseUrl: url }).tasks.run(
      { ...task, input: ['a'] },
      { signal: stop.signal },
    );
    await expect(running).rejects.toThrow('enough');
    expect(heard.map(({ method, url: path }) => `${method} ${path}`)).toEqual([
      'POST /v1/tasks',
      'POST /v1/tasks',
      'POST /v1/tasks/7/cancel',
    ]);
    expect(heard[0]!.headers['idempotency-key']).toBe(heard[1]!.headers['idempotency-key']);
  });
});
