import { createServer } from 'node:net';

/** Whether somebody listens on a port of `host` already. */
export function isPortTaken(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(true));
    server.listen(port, host, () => server.close(() => resolve(false)));
  });
}
