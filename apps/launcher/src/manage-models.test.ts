import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folderOf } from './manage-models.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-model-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a folder is meant from where the person stands', () => {
  expect(folderOf(basename(folder), dirname(folder))).toBe(folder);
  expect(folderOf('.', folder)).toBe(folder);
  expect(folderOf(folder, '/')).toBe(folder);
});

test('what looks like a path is one, there or not; a name is a repository', () => {
  for (const path of ['./absent', '../absent', '/absent/folder', 'a/b/c', '~/absent'])
    expect(() => folderOf(path, folder)).toThrow(/is not there/);
  expect(folderOf('owner/name', folder)).toBeNull();
  expect(folderOf('name', folder)).toBeNull();
});
