import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@tessera/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { downloadModel } from './download-model.ts';
import { fetchFile } from './fetch-file.ts';
import { hubClient } from './hub-client.ts';
import { defaultHubLimits, type HubLimits } from './hub-limits.ts';

const of = { model: 'm', repository: 'owner/m', revision: 'main' };
let folder: string;
let server: Server | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tessera-hub-'));
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  rmSync(folder, { recursive: true, force: true });
});

async function hub(answer: RequestListener, limits: Partial<HubLimits>) {
  server = createServer(answer);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return hubClient({ endpoint, token: null }, undefined, { ...defaultHubLimits, ...limits });
}

const fetching = (client: Awaited<ReturnType<typeof hub>>, file: string) =>
  fetchFile(client, of, { file, folder, onProgress: () => undefined });
const failed = (message: RegExp) => ({
  code: 'MODEL_DOWNLOAD_FAILED',
  message: expect.stringMatching(message),
});

/** Writes as long as somebody reads. */
const endless: RequestListener = (_, response) => {
  const write = (): void => {
    while (!response.destroyed && response.write('['.repeat(10_000)));
    if (!response.destroyed) response.once('drain', write);
  };
  write();
};

describe('a hub that does not come to an end', () => {
  it('is given up when it does not answer at all', async () => {
    const client = await hub(() => undefined, { answerMs: 50 });
    await expect(client.list(of)).rejects.toMatchObject(failed(/no answer in 0.05 s/));
    await expect(fetching(client, 'config.json')).rejects.toMatchObject(failed(/no answer in 0.05 s/));
  });

  it('is given up when its bytes stop coming, after it was asked for the rest a few times', async () => {
    let asked = 0;
    const client = await hub(
      (_, response) => {
        asked++;
        response.setHeader('content-length', '100');
        response.write('{');
      },
      { silenceMs: 30 },
    );
    await expect(fetching(client, 'config.json')).rejects.toMatchObject(
      failed(/config.json broke off \(the next bytes did not come/),
    );
    expect(asked).toBe(5);
    await expect(client.list(of)).rejects.toMatchObject(failed(/list of files broke off/));
  });

  it('is given up when its bytes drip', async () => {
    // A clock on which a minute takes 60 ms.
    const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() * 1_000 };
    const client = await hub(
      (_, response) => {
        const timer = setInterval(() => response.write('.'), 5);
        response.on('close', () => clearInterval(timer));
      },
      { clock },
    );
    await expect(fetching(client, 'config.json')).rejects.toMatchObject(failed(/bytes came in a minute/));
  });

  it('cannot fill memory with its list, nor the disk with a file', async () => {
    const client = await hub(endless, { listingBytes: 50_000, textBytes: 50_000, weightBytes: 200_000 });
    await expect(client.list(of)).rejects.toMatchObject(failed(/list of files is larger than 50000 bytes/));
    for (const [file, most] of [
      ['config.json', 50_000],
      ['onnx/model.onnx', 200_000],
    ] as const) {
      await expect(fetching(client, file)).rejects.toMatchObject(
        failed(new RegExp(`${file} is larger than ${most}`)),
      );
      expect(existsSync(join(folder, `${file}.partial`))).toBe(false);
    }
  });

  it('is refused a file whose announced size is too large, before a byte of it is stored', async () => {
    const client = await hub(
      (_, response) => {
        response.setHeader('content-length', '60000');
        response.write('{');
      },
      { textBytes: 50_000 },
    );
    await expect(fetching(client, 'tokenizer.json')).rejects.toMatchObject(failed(/larger than 50000 bytes/));
    expect(existsSync(join(folder, 'tokenizer.json.partial'))).toBe(false);
  });

  it('does not hold up a whole model', async () => {
    const client = await hub(() => undefined, { answerMs: 50 });
    await expect(downloadModel(of, { hub: client, cacheFolder: folder })).rejects.toMatchObject(
      failed(/no answer/),
    );
  });
});
