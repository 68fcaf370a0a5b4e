import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { startTestProxy, type TestProxy } from './proxy.ts';

describe('the proxy', () => {
  let echo: Server;
  let proxy: TestProxy;
  const sockets = new Set<Socket>();
  beforeEach(async () => {
    echo = createServer((socket) => {
      socket.on('error', () => {});
      socket.pipe(socket);
    });
    await new Promise<void>((listening) => echo.listen(0, '127.0.0.1', listening));
    proxy = await startTestProxy(`tcp://127.0.0.1:${(echo.address() as { port: number }).port}`);
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await proxy.stop();
    await new Promise((closed) => echo.close(closed));
  });

  function dial(): { readonly socket: Socket; heard(): string; closed(): boolean } {
    const socket = connect(proxy.port, '127.0.0.1');
    sockets.add(socket);
    let text = '';
    let isClosed = false;
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      isClosed = true;
    });
    return { socket, heard: () => text, closed: () => isClosed };
  }

  it('passes what is sent, and resets everything while it is cut', async () => {
    const one = dial();
    one.socket.write('hello');
    await eventually('the echo', () => one.heard() === 'hello');
    proxy.cut();
    await eventually('the reset', () => one.closed());
    const two = dial();
    await eventually('the refusal', () => two.closed());
    proxy.mend();
    const three = dial();
    three.socket.write('again');
    await eventually('the echo after', () => three.heard() === 'again');
  });

  it('swallows what old connections send while new ones work', async () => {
    const old = dial();
    old.socket.write('before');
    await eventually('the echo', () => old.heard() === 'before');
    proxy.silence();
    old.socket.write('lost');
    const fresh = dial();
    fresh.socket.write('heard');
    await eventually('the echo of the new one', () => fresh.heard() === 'heard');
    expect(old.heard()).toBe('before');
    expect(old.closed()).toBe(false);
  });
});
