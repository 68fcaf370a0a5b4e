import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

export interface Listening {
  readonly port: number;
  /**
   * From now on every answer says `Connection: close`, so that a client's next request goes elsewhere;
   * everything is still answered.
   */
  drain(): void;
  /** Takes no new connections; resolves when the open requests are answered. */
  close(): Promise<void>;
}

/** Listens on `host` and `port` (0 takes a free one); rejects when the address is taken. */
export function listen(
  app: Express,
  address: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const server: Server = createServer();
  // Longer than a load balancer's idle time-out, so that it never sends into a connection that is being
  // closed.
  server.keepAliveTimeout = 75_000;
  const open = new Set<ServerResponse>();
  let draining = false;
  const sayClose = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader('Connection', 'close');
  };
  server.on('request', (request, response) => {
    open.add(response);
    response.once('close', () => open.delete(response));
    if (draining) sayClose(response);
    app(request, response);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve({
        port: (server.address() as AddressInfo).port,
        drain() {
          draining = true;
          for (const response of open) sayClose(response);
        },
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeIdleConnections();
          }),
      });
    });
  });
}
