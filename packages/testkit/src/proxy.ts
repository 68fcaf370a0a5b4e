import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy in front of a server, which can do to connections what networks do to them. */
export interface TestProxy {
  readonly port: number;
  /** `url` of the server, with this proxy's address in its place. */
  through(url: string): string;
  /** Resets every connection, and every new one at once, until `mend`. */
  cut(): void;
  /**
   * Swallows whatever is sent on the connections there are, in both directions, and lets nobody know; new
   * connections work.
   * This is what a fail-over or a NAT that forgot its table does.
   */
  silence(): void;
  mend(): void;
  stop(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  silent: boolean;
}

/** Starts a proxy on a free port in front of `url`'s server; call `stop` in afterAll. */
export async function startTestProxy(url: string): Promise<TestProxy> {
  const target = new URL(url);
  const pairs = new Set<Pair>();
  let isCut = false;
  const listener: Server = createServer((client) => {
    if (isCut) return void client.resetAndDestroy();
    const server = connect(Number(target.port), target.hostname);
    const pair: Pair = { client, server, silent: false };
    pairs.add(pair);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('data', (chunk) => {
        if (pair.silent || to.destroyed) return;
        // Without this a slow reader would let the proxy's memory grow.
        if (!to.write(chunk)) from.pause();
      });
      to.on('drain', () => from.resume());
      from.on('error', () => from.destroy());
      from.on('close', () => {
        // A silent network does not tell either side that the other has gone.
        if (!pair.silent) to.destroy();
        if (client.destroyed && server.destroyed) pairs.delete(pair);
      });
    }
  });
  await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening));
  const { port } = listener.address() as { port: number };
  const destroyAll = (): void => {
    for (const { client, server } of pairs) {
      client.resetAndDestroy();
      server.destroy();
    }
  };
  return {
    port,
    through(original) {
      const changed = new URL(original);
      changed.hostname = '127.0.0.1';
      changed.port = String(port);
      return changed.href;
    },
    cut() {
      isCut = true;
      destroyAll();
    },
    silence() {
      for (const pair of pairs) pair.silent = true;
    },
    mend() {
      isCut = false;
    },
    async stop() {
      destroyAll();
      await new Promise((closed) => listener.close(closed));
    },
  };
}
