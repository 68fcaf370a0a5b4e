import { Agent, get, type IncomingMessage } from 'node:http';
import express from 'express';
import { expect, it } from 'vitest';
import { listen } from './listen.ts';

function ask(port: number, path: string, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get({ port, path, agent, host: '127.0.0.1' }, (response) => {
      response.resume();
      response.once('end', () => resolve(response));
    }).on('error', reject);
  });
}

it('a gateway that drains answers everything and asks every client to go elsewhere', async () => {
  const app = express();
  let finish = (): void => undefined;
  const arrived = new Promise<void>((resolve) => {
    app.get('/slow', (_request, response) => {
      finish = () => void response.end('done');
      resolve();
    });
  });
  app.get('/', (_request, response) => void response.end('here'));
  const listening = await listen(app, { host: '127.0.0.1', port: 0 });
  const agent = new Agent({ keepAlive: true });
  expect((await ask(listening.port, '/', agent)).headers.connection).toBe('keep-alive');
  const slow = ask(listening.port, '/slow', agent);
  await arrived;
  listening.drain();
  // A connection that was idle, one that is new, and one whose request was there before.
  expect((await ask(listening.port, '/', agent)).headers.connection).toBe('close');
  expect((await ask(listening.port, '/', new Agent())).headers.connection).toBe('close');
  finish();
  expect((await slow).headers.connection).toBe('close');
  await listening.close();
  agent.destroy();
});
