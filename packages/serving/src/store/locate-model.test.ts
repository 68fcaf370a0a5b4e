import { writeFileSync as saveBytes } from 'node:fs';
import { appendFile, copyFile, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError, silentLog } from '@tessera/base';
import { encodeModel } from '@tessera/onnx';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HubServer, type HubServerOptions, startHubServer } from '../testing/hub-server.ts';
import { plainSignature, tinyModel } from '../testing/tiny-model.ts';
import type { FileProgress } from './fetch-file.ts';
import { hashModel, locateModel } from './locate-model.ts';

const folder = fileURLToPath(
  new URL('../../../../test/fixtures/models/mpnet-sentence-dense', import.meta.url),
);
const onnx = 'onnx/model.onnx';
let cacheFolder = '';
let hub: HubServer | null = null;

beforeEach(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'tessera-hub-'));
});
afterEach(async () => {
  await hub?.close();
  hub = null;
  await rm(cacheFolder, { recursive: true });
});

const start = async (options: Partial<HubServerOptions> = {}): Promise<HubServer> => {
  hub = await startHubServer({ repository: 'user/model', folder, lists: true, ...options });
  return hub;
};
const locate = (
  endpoint: string,
  {
    token = null,
    repository = 'user/model',
    onProgress = () => undefined,
  }: {
    token?: string | null;
    repository?: string;
    onProgress?: (progress: FileProgress) => void;
  } = {},
): Promise<string> =>
  locateModel({
    identifier: 'm',
    source: { kind: 'hub', repository, revision: 'main' },
    hub: { endpoint, token },
    cacheFolder,
    log: silentLog,
    onProgress,
  });

const files = [
  'config.json',
  'tokenizer.json',
  'onnx/model.onnx',
  'modules.json',
  '2_Dense/model.safetensors',
];
const expectWhole = async (located: string): Promise<void> => {
  for (const file of files)
    expect(await readFile(join(located, file))).toEqual(await readFile(join(folder, file)));
};

describe.each([
  ['a hub with a listing', true],
  ['a plain folder server', false],
])('%s', (_, lists) => {
  test('gives the whole model, and nothing twice', async () => {
    const { endpoint, requests } = await start({ lists });
    const located = await locate(endpoint);
    await expectWhole(located);
    expect(await hashModel(located, 'm')).toBe(await hashModel(folder, 'm'));
    const before = requests.length;
    expect(await locate(endpoint)).toBe(located);
    expect(requests.slice(before)).toEqual(['GET /api/models/user/model/revision/main']);
  });

  test('a connection that breaks is resumed where it ended', async () => {
    const { endpoint, requests, breakHeld } = await start({
      lists,
      holdOnce: { file: onnx, afterBytes: 70_000 },
    });
    const onProgress = ({ file, receivedBytes }: FileProgress): void => {
      if (file === onnx && receivedBytes === 70_000) breakHeld();
    };
    await expectWhole(await locate(endpoint, { onProgress }));
    const asked = requests.filter((line) => /model\.onnx( |$)/.test(line));
    expect(asked).toHaveLength(2);
    expect(asked[1]).toMatch(/ bytes=70000-$/);
  });
});

test('an earlier process that was killed in mid-file is gone on from', async () => {
  const { endpoint, requests, breakHeld } = await start({ holdOnce: { file: onnx, afterBytes: 70_000 } });
  const stop = ({ file, receivedBytes }: FileProgress): void => {
    if (file !== onnx || receivedBytes !== 70_000) return;
    breakHeld();
    throw new AppError('TASK_CANCELLED');
  };
  await expect(locate(endpoint, { onProgress: stop })).rejects.toMatchObject({ code: 'TASK_CANCELLED' });
  await expectWhole(await locate(endpoint));
  expect(requests.at(-1)).toMatch(/model\.onnx bytes=70000-$/);
});

test('reports progress up to the last byte', async () => {
  const { endpoint } = await start();
  const seen: FileProgress[] = [];
  await locate(endpoint, { onProgress: (progress) => seen.push(progress) });
  const model = seen.filter(({ file }) => file === 'onnx/model.onnx');
  const size = (await readFile(join(folder, 'onnx/model.onnx'))).length;
  expect(model[0]).toEqual({ file: 'onnx/model.onnx', receivedBytes: 0, totalBytes: size });
  expect(model.at(-1)).toEqual({ file: 'onnx/model.onnx', receivedBytes: size, totalBytes: size });
});

test('a revision that moved is downloaded anew, and an unreachable hub does not matter afterwards', async () => {
  const server = await start();
  const first = await locate(server.endpoint);
  server.commit = 'b'.repeat(40);
  const second = await locate(server.endpoint);
  expect(second).not.toBe(first);
  await server.close();
  hub = null;
  expect(await locate(server.endpoint)).toBe(second);
});

test('the token is sent; without it the refusal says so', async () => {
  const { endpoint } = await start({ token: 'secret' });
  await expect(locate(endpoint)).rejects.toThrow(/refuses access to user\/model \(401\)/);
  await expectWhole(await locate(endpoint, { token: 'secret' }));
});

test('a redirect to another host is refused', async () => {
  const elsewhere = await startHubServer({ repository: 'user/model', folder, lists: true });
  const { endpoint } = await start({
    redirect: { file: 'config.json', to: `${elsewhere.endpoint}/user/model/resolve/main/config.json` },
  });
  await expect(locate(endpoint)).rejects.toThrow(
    /redirects to 127\.0\.0\.1:\d+, which is not the configured host/,
  );
  expect(elsewhere.requests).toEqual([]);
  await elsewhere.close();
});

test('a file with the wrong hash is thrown away', async () => {
  const { endpoint } = await start({ wrongHash: 'onnx/model.onnx' });
  await expect(locate(endpoint)).rejects.toThrow(/onnx\/model.onnx does not have the hash/);
});

test.each([
  ['user/absent', /has no user\/absent/],
  ['../../etc', /not a hub name/],
  ['user/../../etc', /not a hub name/],
  ['/etc/passwd', /not a hub name/],
  ['user/model?x', /not a hub name/],
])('%s is refused', async (repository, message) => {
  const { endpoint } = await start();
  await expect(locate(endpoint, { repository })).rejects.toThrow(message);
});

test('a hub that is not there is a failure that names the host', async () => {
  const { endpoint, close } = await start();
  await close();
  hub = null;
  await expect(locate(endpoint)).rejects.toThrow(/127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/);
});

test('a folder is found where it is, or named as missing', async () => {
  const at = (path: string): Promise<string> =>
    locateModel({
      identifier: 'm',
      source: { kind: 'folder', path },
      hub: { endpoint: null, token: null },
      cacheFolder,
      log: silentLog,
    });
  expect(await at(folder)).toBe(folder);
  await expect(at(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'MODEL_FILES_MISSING' });
});

describe.each([
  ['a hub with a listing', true],
  ['a plain folder server', false],
])('weights beside the graph, on %s', (_, lists) => {
  /** A folder whose graph names one file for all weights, under a name that nobody could guess. */
  const withWeightsBeside = async (): Promise<string> => {
    const made = await mkdtemp(join(tmpdir(), 'tessera-beside-'));
    for (const file of ['config.json', 'tokenizer.json'])
      await copyFile(join(folder, file), join(made, file));
    const graph = tinyModel(plainSignature);
    for (const tensor of graph.proto.graph!.initializer) {
      const bytes = tensor.rawData.length > 0 ? tensor.rawData : new Uint8Array(4);
      await appendFile(join(made, 'tables.part'), bytes);
      Object.assign(tensor, {
        rawData: new Uint8Array(),
        dataLocation: 1,
        externalData: [{ $typeName: 'onnx.StringStringEntryProto', key: 'location', value: 'tables.part' }],
      });
    }
    saveBytes(join(made, 'model.onnx'), encodeModel(graph));
    return made;
  };

  test('are fetched by the names that the graph gives', async () => {
    const made = await withWeightsBeside();
    const { endpoint } = await start({ lists, folder: made });
    const located = await locate(endpoint);
    expect(await readFile(join(located, 'tables.part'))).toEqual(await readFile(join(made, 'tables.part')));
    await rm(made, { recursive: true });
  });

  test('that the hub did not have are refused by name, and fetched once it has them', async () => {
    const made = await withWeightsBeside();
    await rename(join(made, 'tables.part'), join(made, 'kept-back'));
    const { endpoint } = await start({ lists, folder: made });
    await expect(locate(endpoint)).rejects.toThrow(/has no tables\.part/);
    await rename(join(made, 'kept-back'), join(made, 'tables.part'));
    const located = await locate(endpoint);
    // What a cleaned disk or an older version left out comes again, at the same revision.
    await rm(join(located, 'tables.part'));
    await locate(endpoint);
    expect(await readFile(join(located, 'tables.part'))).toEqual(await readFile(join(made, 'tables.part')));
    await rm(made, { recursive: true });
  });
});

test('a file that is asked for by name is the one that is fetched', async () => {
  const made = await mkdtemp(join(tmpdir(), 'tessera-choice-'));
  for (const file of ['config.json', 'tokenizer.json']) await copyFile(join(folder, file), join(made, file));
  for (const file of ['model.onnx', 'model_q4.onnx'])
    saveBytes(join(made, file), encodeModel(tinyModel(plainSignature)));
  const { endpoint } = await start({ folder: made });
  const source = { kind: 'hub', repository: 'user/model', revision: 'main', file: 'model_q4.onnx' } as const;
  const hubAddress = { endpoint, token: null };
  const located = await locateModel({
    identifier: 'm',
    source,
    hub: hubAddress,
    cacheFolder,
    log: silentLog,
  });
  expect((await readdir(located)).filter((file) => file.endsWith('.onnx'))).toEqual(['model_q4.onnx']);
  await rm(made, { recursive: true });
});
