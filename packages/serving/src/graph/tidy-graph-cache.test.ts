import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tidyGraphCache } from './tidy-graph-cache.ts';

const day = 24 * 60 * 60 * 1000;
const now = Date.UTC(2026, 10, 22);
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tessera-tidy-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function put(path: string, daysAgo: number): void {
  const full = join(home, 'graphs', path);
  mkdirSync(join(full, '..'), { recursive: true });
  if (!path.includes('/')) mkdirSync(full, { recursive: true });
  else writeFileSync(full, 'x');
  const at = new Date(now - daysAgo * day);
  utimesSync(full, at, at);
}

it('removes graphs nobody opened for a month, and drafts of killed processes', async () => {
  const draft = '0b9f2f3e-9f0a-4c53-8a43-0f6a2f7d2f10.onnx';
  put('new-3/gradient-0123.onnx', 90);
  put(`new-3/${draft}`, 2);
  put('new-3/1b9f2f3e-9f0a-4c53-8a43-0f6a2f7d2f10.draft', 0);
  put('old-2/inspection-1.json', 1);
  put('old-2', 31);
  put('new-3', 29);
  const removed = await tidyGraphCache(home, now);
  expect(removed.sort()).toEqual([`new-3/${draft}`, 'old-2']);
  expect(readdirSync(join(home, 'graphs', 'new-3')).sort()).toEqual([
    '1b9f2f3e-9f0a-4c53-8a43-0f6a2f7d2f10.draft',
    'gradient-0123.onnx',
  ]);
});

it('finds nothing to do where there is no cache yet', async () => {
  expect(await tidyGraphCache(home, now)).toEqual([]);
});
