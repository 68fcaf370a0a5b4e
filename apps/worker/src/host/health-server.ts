import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the health pages say. */
export interface HealthProbes {
  /** Why this process should be replaced; null while it is well. */
  illness(): string | null;
  /** Why a task sent now would not be run here; null when it would. */
  unreadiness(): Promise<string | null>;
  readonly metrics: { text(): Promise<string>; readonly contentType: string };
}

/**
 * Serves a worker host's pages: /livez (503: replace me), /readyz (503: not yet, or not now), /metrics for
 * Prometheus. Meant for probes in a network of one's own: there are no keys. Rejects when the address cannot
 * be listened on.
 */
export async function serveHealth(
  { port, address }: { readonly port: number; readonly address: string },
  probes: HealthProbes,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const say = (response: ServerResponse, reason: string | null): void => {
    response.writeHead(reason === null ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify(reason === null ? { status: 'ok' } : { status: 'not ok', reason }));
  };
  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    if (path === '/livez') return say(response, probes.illness());
    if (path === '/readyz') return say(response, await probes.unreadiness());
    if (path === '/metrics') {
      const text = await probes.metrics.text();
      response.writeHead(200, { 'content-type': probes.metrics.contentType }).end(text);
      return;
    }
    response.writeHead(404).end();
  };
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0]!;
    answer(path, response).catch((error: unknown) => {
      if (!response.headersSent) say(response, String(error));
      else response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
