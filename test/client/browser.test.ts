import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { float32 } from '@tessera/contracts';
import { chromiumFlags, findChromium, startTestPostgres, type TestPostgres } from '@tessera/testkit';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startTestGateway,
  succeeded,
  type TestGateway,
} from '../../apps/gateway/src/testing/start-gateway.ts';

// The client as a web page has it: bundled for browsers, used in a real one, against a real gateway on
// another origin.

const root = resolve(import.meta.dirname, '../..');
const executablePath = findChromium();

let postgres: TestPostgres;
let gateway: TestGateway;
let pages: Server;
let browser: Browser;
let bundle: string;

beforeAll(async () => {
  if (!executablePath) return;
  postgres = await startTestPostgres();
  gateway = await startTestGateway({ databaseUrl: await postgres.newDatabase() });
  await gateway.addModel({ identifier: 'user/model' });
  await gateway.work('user/model', async () =>
    succeeded({ labels: [1] }, { logits: float32([1, 2], [0.25, 0.75]) }),
  );
  const built = await build({
    stdin: {
      contents: `import { createClient } from '@tessera/client'; globalThis.createClient = createClient;`,
      resolveDir: root,
    },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@tessera/source'],
    logLevel: 'silent',
  });
  bundle = built.outputFiles[0]!.text;
  pages = createServer((request, response) => {
    const isScript = request.url === '/client.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? bundle : '<!doctype html><title>page</title><script src="/client.js"></script>');
  });
  await new Promise<void>((done) => pages.listen(0, '127.0.0.1', done));
  browser = await chromium.launch({ executablePath, args: [...chromiumFlags] });
});

afterAll(async () => {
  await browser?.close();
  pages?.close();
  await gateway?.stop();
  await postgres?.stop();
});

describe.skipIf(!executablePath)('the client in a browser', () => {
  it('is bundled without anything of Node', () => {
    expect(bundle).not.toMatch(/require\(["']node:|from ["']node:/);
  });

  it('submits, follows and reads tensors', async () => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
    const seen = await page.evaluate(async (baseUrl) => {
      // biome-ignore lint/suspicious/noExplicitAny: the page's global, not the test's.
      const client = (globalThis as any).createClient({ baseUrl });
      const task = { model: 'user/model', task: 'sequence-classification', input: ['a'] };
      const { taskId } = await client.tasks.submit(task);
      const types: string[] = [];
      for await (const { type } of client.tasks.events(taskId)) types.push(type);
      const { logits } = await client.tasks.tensors(taskId);
      const result = await client.tasks.run(task);
      return { types, shape: logits.shape, labels: result.fields.labels };
    }, gateway.url);
    expect(seen).toEqual({ types: ['queued', 'running', 'succeeded'], shape: [1, 2], labels: [1] });
    expect(errors).toEqual([]);
    await page.close();
  });
});
