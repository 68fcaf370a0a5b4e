import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Log, silentLog } from '@tessera/base';
import { loadModel } from '@tessera/onnx';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGraphCache } from './graph-cache.ts';
import { isStorageFailure } from './spare-files.ts';
import { tidyGraphCache } from './tidy-graph-cache.ts';

const model = resolve(
  import.meta.dirname,
  '../../../../test/fixtures/models/bert-sequence-classification/onnx/model.onnx',
);
let cacheFolder: string;
const before = process.env.TMPDIR;

beforeEach(() => {
  cacheFolder = mkdtempSync(join(tmpdir(), 'tessera-cache-'));
  // Where spare files go, so that nobody else's are seen.
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'tessera-temporary-'));
});
afterEach(() => {
  rmSync(process.env.TMPDIR!, { recursive: true, force: true });
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(cacheFolder, { recursive: true, force: true });
});

function open() {
  const warnings: unknown[] = [];
  const log: Log = { ...silentLog, warn: (fields: unknown) => void warnings.push(fields) };
  const sha256 = 'a'.repeat(64);
  const cache = createGraphCache({ cacheFolder, identifier: 'm', model, sha256, nowMs: 0, log });
  return { cache, warnings };
}
/** tsx keeps its own cache in the temporary folder. */
const spares = () => readdirSync(process.env.TMPDIR!).filter((name) => name.startsWith('tessera-graphs-'));
const job = { attentions: true, hiddenStates: false };

describe('the cache of graphs', () => {
  it('keeps what was made for the next process', async () => {
    const made = await open().cache.expose(job);
    expect(made.path.startsWith(cacheFolder)).toBe(true);
    const again = await open().cache.expose(job);
    expect(again).toEqual(made);
    expect(spares()).toEqual([]);
  });

  it('is best effort: where it cannot be written, files are made in the temporary folder, once, with a warning', async () => {
    // A file where a folder should be fails as a full or read-only disk does, also for root.
    writeFileSync(join(cacheFolder, 'graphs'), '');
    const { cache, warnings } = open();
    const [one, two] = await Promise.all([cache.expose(job), cache.expose(job)]);
    expect(one).toEqual(two);
    expect(await cache.expose(job)).toEqual(one);
    expect(one.path.startsWith(process.env.TMPDIR!)).toBe(true);
    expect(loadModel(one.path).proto.graph!.output.length).toBeGreaterThan(1);
    expect((await cache.inspect({ of: ['logits'] })).attentions).toBeGreaterThan(0);
    expect(warnings).toContainEqual(expect.objectContaining({ model: 'm', reason: 'ENOTDIR' }));
    expect(readFileSync(join(cacheFolder, 'graphs'), 'utf8')).toBe('');
  });

  it('says what to do when the temporary folder has no room either', async () => {
    writeFileSync(join(cacheFolder, 'graphs'), '');
    const full = join(cacheFolder, 'full');
    writeFileSync(full, '');
    rmSync(process.env.TMPDIR!, { recursive: true });
    process.env.TMPDIR = full;
    await expect(open().cache.expose(job)).rejects.toMatchObject({
      code: 'MODEL_LOAD_FAILED',
      message: expect.stringMatching(/neither below TESSERA_HOME nor in .*ENOTDIR.*Make room/),
    });
  });

  it('forgets the spare files of processes that are gone, and of no other', async () => {
    writeFileSync(join(cacheFolder, 'graphs'), '');
    const { path } = await open().cache.expose(job);
    const own = path.split('/').at(-2)!;
    const dead = mkdtempSync(join(process.env.TMPDIR!, 'tessera-graphs-99999999-'));
    writeFileSync(join(dead, 'exposed.onnx'), 'x');
    expect(await tidyGraphCache(cacheFolder, 0)).toEqual([dead.split('/').at(-1)]);
    expect(spares()).toEqual([own]);
  });

  it('tells failures of the disk from others, also when the graph thread had them', () => {
    const thread = Object.assign(new Error('Something went wrong'), {
      cause: 'Error: ENOSPC: no space left on device, write',
    });
    expect(isStorageFailure(thread)).toBe(true);
    expect(isStorageFailure(Object.assign(new Error('x'), { code: 'EROFS' }))).toBe(true);
    expect(isStorageFailure(new Error('Gather is not supported'))).toBe(false);
  });
});
