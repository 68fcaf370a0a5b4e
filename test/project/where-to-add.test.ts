import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attack } from './toys/attack.ts';
import { dialect } from './toys/dialect.ts';
import { explainer } from './toys/explainer.ts';
import { task } from './toys/task.ts';

/**
 * CONTRIBUTING.md says which files something new takes: the lists are carried out, on a copy of the sources.
 */
const root = resolve(import.meta.dirname, '../..');
const toys = [task, explainer, attack, dialect];
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'tessera-where-to-add-'));
  for (const name of ['packages', 'apps', 'tsconfig.base.json'])
    cpSync(join(root, name), join(copy, name), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !/\/(dist|\.turbo)$|\.tsbuildinfo$/.test(path),
    });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const { files } of toys)
    for (const [name, change] of Object.entries(files)) {
      const path = join(copy, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, change(textOf(path)));
    }
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The files below "**A task**" and the like; a part in angle brackets is the name of what is added. */
function listOf(kind: string): readonly string[] {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  const [, section = ''] = text.split(`**${kind}**`);
  const [list = ''] = section.split(/\n\n(?=\S)/).slice(1);
  return [...list.matchAll(/^\* `([^`]+)`/gm)].map((match) => match[1]!.replace('<name>', 'toy'));
}

function run(script: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: copy,
    encoding: 'utf8',
  });
  return status === 0 ? '' : `${stdout}${stderr}` || `ended with ${status}`;
}

describe('what CONTRIBUTING.md says of where to add things', () => {
  it.each(toys)('$kind takes the files it names, and no others', ({ kind, files }) => {
    expect(Object.keys(files).sort()).toEqual([...listOf(kind)].sort());
  });

  it('is enough for the compiler', () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    expect(run(tsc, ['-b', 'packages/inspect', 'apps/gateway', 'apps/worker'])).toBe('');
  });

  it.each(toys)('$kind runs through its registry', ({ proof }) => {
    const path = join(copy, 'proof.mjs');
    writeFileSync(path, proof);
    expect(run(path, [])).toBe('');
  });
});
