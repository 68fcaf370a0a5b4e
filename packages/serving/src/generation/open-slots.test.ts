import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLog } from '@tessera/base';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GraphCache } from '../graph/graph-cache.ts';
import { createGraphCache } from '../graph/graph-cache.ts';
import { type OrtHost, openOrtHost } from '../session/ort-host.ts';
import type { Session } from '../session/session.ts';
import { decoderLayout } from './decoder-layout.ts';
import { type OpenSlotsOptions, openSlots } from './open-slots.ts';

const folder = fileURLToPath(
  new URL('../../../../test/fixtures/models/gpt2-generation/onnx/', import.meta.url),
);

let host: OrtHost;
let options: OpenSlotsOptions;
const opened = new Set<Session>();

const openFile = async (path: string): Promise<Session> => {
  const session = await host.open('m', { path }, { threads: 1, gpu: { kind: 'none' }, memoryArena: true });
  const tracked: Session = {
    ...session,
    close: () => {
      opened.delete(tracked);
      return session.close();
    },
  };
  opened.add(tracked);
  return tracked;
};

beforeAll(async () => {
  host = openOrtHost();
  const decoder = await openFile(join(folder, 'model.onnx'));
  const layout = decoderLayout(decoder.inputs, decoder.outputs, 'm');
  opened.clear();
  const inner = () => Promise.reject(new Error('nobody looks inside'));
  options = {
    model: 'm',
    architecture: 'gpt2',
    config: {},
    layout,
    cache: createGraphCache({
      cacheFolder: await mkdtemp(join(tmpdir(), 'tessera-slots-')),
      identifier: 'm',
      model: join(folder, 'model.onnx'),
      sha256: 'a'.repeat(64),
      nowMs: 0,
      log: silentLog,
    }),
    openFile,
    plain: { encoder: null, decoder, layout, inner, padId: 0 },
    vocabularySize: 400,
    log: silentLog,
  };
});
afterAll(() => host?.close());

/** The cache, with another answer to `step`. */
const stepping = (step: GraphCache['step']): GraphCache => ({ ...options.cache, step });

it('opens the rewritten decoder when it answers alike', async () => {
  expect(await openSlots(options)).not.toBeNull();
});

it('keeps to the file as it is when the rewritten one answers otherwise, and lets that go', async () => {
  opened.clear();
  const { path, names } = await options.cache.step();
  const outputs = Object.values(names!.fresh).reverse();
  const mixedUp = Object.fromEntries(Object.keys(names!.fresh).map((name, at) => [name, outputs[at]!]));
  const wrong = stepping(async () => ({ path, names: { ...names!, fresh: mixedUp } }));
  expect(await openSlots({ ...options, cache: wrong })).toBeNull();
  expect(opened.size).toBe(0);
});

it('keeps to the file as it is when the rewriting fails', async () => {
  const failing = stepping(() => Promise.reject(new Error('a graph like no other')));
  expect(await openSlots({ ...options, cache: failing })).toBeNull();
});

it('keeps to the file as it is when layers look at near positions only', async () => {
  expect(await openSlots({ ...options, config: { sliding_window: 8 } })).toBeNull();
  expect(
    await openSlots({ ...options, config: { sliding_window: 8, use_sliding_window: false } }),
  ).not.toBeNull();
});
