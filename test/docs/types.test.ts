import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { blocksOf, pages } from './blocks.ts';

const root = resolve(import.meta.dirname, '../..');

/** As strict as the compiler is asked to be by `tsc --init`; a reader's project is seldom stricter. */
const options = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  target: 'es2024',
  lib: ['es2024', 'dom', 'dom.iterable'],
  module: 'nodenext',
  customConditions: ['@tessera/source'],
  allowImportingTsExtensions: true,
  types: ['node'],
  skipLibCheck: true,
};

it('every program of the documentation passes the strict compiler', () => {
  // Below the root, where its packages resolve; in an ignored folder.
  const folder = join(root, '.tessera', `docs-types-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    for (const page of pages(root))
      for (const { language, line, code } of blocksOf(root, page))
        if (language === 'ts')
          writeFileSync(join(folder, `${page.replaceAll(/[^a-z0-9]+/gi, '-')}-line-${line}.mts`), code);
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, include: ['*.mts'], exclude: [] }),
    );
    const compiler = join(root, 'node_modules/.bin/tsc');
    const { stdout } = spawnSync(compiler, ['-p', folder], { cwd: root, encoding: 'utf8' });
    expect(stdout).toBe('');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
