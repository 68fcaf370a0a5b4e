import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

export interface Listening {
  readonly port: number;
  /** Takes no new connections; resolves when the open requests are answered. */
  close(): Promise<void>;
}

/** Listens on `host` and `port` (0 takes a free one); rejects when the address is taken. */
export function listen(
  app: Express,
  address: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const server: Server = createServer(app);
  // Longer than a load balancer's idle time-out, so that it never sends into a connection that is being closed.
  server.keepAliveTimeout = 75_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeIdleConnections();
          }),
      });
    });
  });
}
