import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf } from '../docs/blocks.ts';

/*
 * The packages that stand alone, as somebody else would take them: packed, installed by npm into an empty
 * project outside the repository, type-checked there without skipping declarations, and their README's
 * programs run.
 */
const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const names = ['base', 'contracts', 'onnx', 'autodiff', 'client', 'text-views'];

let folder: string;
let installed: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-packages-'));
  installed = join(folder, 'consumer');
  await mkdir(installed);
  const packed = join(folder, 'packed');
  await run(process.execPath, [join(root, 'scripts/pack.mjs'), packed]);
  const tarballs = (await readdir(packed)).map((file) => join(packed, file));
  expect(tarballs).toHaveLength(names.length);
  const typescript = JSON.parse(await readFile(join(root, 'node_modules/typescript/package.json'), 'utf8'));
  await writeFile(
    join(installed, 'package.json'),
    '{ "name": "consumer", "private": true, "type": "module" }',
  );
  await run(
    'npm',
    ['install', '--no-audit', '--no-fund', ...tarballs, `typescript@${typescript.version as string}`],
    // onnxruntime-node's installer would fetch a CUDA provider.
    { cwd: installed, env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' } },
  );
  for (const name of names)
    for (const [i, block] of examplesOf(name).entries())
      await writeFile(join(installed, `${name}-${i}.mts`), block.code);
  const compilerOptions = {
    strict: true,
    module: 'NodeNext',
    target: 'ES2022',
    lib: ['ES2023', 'DOM'],
    types: [],
    outDir: 'out',
  };
  await writeFile(join(installed, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.mts'] }));
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The programs of a package's README, each with what stands below it as its output. */
function examplesOf(name: string): { code: string; prints: string }[] {
  const blocks = blocksOf(root, `packages/${name}/README.md`);
  return blocks.flatMap(({ language, code }, i) =>
    language === 'ts' ? [{ code, prints: blocks[i + 1]?.code ?? '' }] : [],
  );
}

describe('packages outside the repository', () => {
  it('have a README with a program each', () => {
    expect(names.filter((name) => examplesOf(name).length === 0)).toEqual([]);
  });

  it('bring neither tests nor links into this repository', async () => {
    for (const name of names) {
      const at = join(installed, 'node_modules/@tessera', name);
      const manifest = await readFile(join(at, 'package.json'), 'utf8');
      expect(manifest).not.toContain('workspace:');
      expect(manifest).not.toContain('@tessera/source');
      expect((await readdir(at)).sort()).not.toContain('src');
    }
  });

  it('type-check with their declarations', async () => {
    const { stdout } = await run('npx', ['tsc'], { cwd: installed }).catch((failed) => failed);
    expect(stdout).toBe('');
  });

  // The client's needs a server: test/docs runs it.
  it.each(names.filter((name) => name !== 'client'))('%s does what its README prints', async (name) => {
    for (const [i, { prints }] of examplesOf(name).entries()) {
      const { stdout } = await run(process.execPath, [join(installed, 'out', `${name}-${i}.mjs`)]);
      expect(stdout.trimEnd()).toBe(prints);
    }
  });

  it('bring the command tessera-autodiff', async () => {
    const { stdout } = await run('npx', ['tessera-autodiff', '--help'], { cwd: installed });
    expect(stdout).toContain('Usage: tessera-autodiff');
  });
});
