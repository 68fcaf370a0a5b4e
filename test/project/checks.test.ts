import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

function run(
  packageName: string,
  bin: string,
  args: readonly string[],
): { status: number | null; output: string } {
  const script = join(root, 'node_modules', packageName, bin);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

describe('the code base', () => {
  it('imports downwards only', () => {
    const { status, output } = run('dependency-cruiser', 'bin/dependency-cruise.mjs', [
      'apps',
      'packages',
      '--config',
      '.dependency-cruiser.cjs',
    ]);
    expect(output).toContain('no dependency violations found');
    // A parser that is missing would find nothing to complain about: it must have seen the whole tree.
    expect(Number(/(\d+) modules/.exec(output)?.[1])).toBeGreaterThan(200);
    expect(status).toBe(0);
  });

  it('is typed, tests and benchmarks too', () => {
    const { status, output } = run('typescript', 'bin/tsc', ['-p', 'tsconfig.check.json', '--listFiles']);
    const listed = output.split('\n');
    expect(listed.filter((line) => line.includes('error TS'))).toEqual([]);
    for (const part of ['/packages/client/src/', '/test/contract/client.test.ts', '/bench/statistics.ts'])
      expect(listed.some((line) => line.includes(part))).toBe(true);
    expect(status).toBe(0);
  });

  it('is formatted and free of lint', () => {
    const { status, output } = run('@biomejs/biome', 'bin/biome', ['check', '.', '--max-diagnostics=20']);
    expect(output).toMatch(/Checked \d{3,} files/);
    expect(status, output).toBe(0);
  });

  it('has no unused file, export or dependency', () => {
    const { status, output } = run('knip', 'bin/knip.js', ['--no-progress', '--no-config-hints']);
    expect(output.trim()).toBe('');
    expect(status).toBe(0);
  });

  it('names no package registry in a committed file', () => {
    const { stdout } = spawnSync(
      'git',
      ['grep', '-lE', 'registry\\.(npm|yarn|pypi)|deb\\.debian\\.org|registry-1\\.docker'],
      { cwd: root, encoding: 'utf8' },
    );
    expect(stdout.split('\n').filter((file) => file && !file.endsWith('checks.test.ts'))).toEqual([]);
  });

  it('keeps files short enough to read', () => {
    const tooLong = sources(join(root, 'packages'))
      .concat(sources(join(root, 'apps')))
      .map((path) => ({
        path: path.slice(root.length + 1),
        lines: readFileSync(path, 'utf8').split('\n').length,
      }))
      .filter(({ lines }) => lines > 300);
    expect(tooLong).toEqual([]);
  });

  it('spells fields in the words of SQuARE in its dialect alone', () => {
    const outside = [...sources(join(root, 'packages')), ...sources(join(root, 'apps'))].filter(
      (path) => !/dialects\/src\/(square|testing)\/|launcher\/src\/demo\//.test(path),
    );
    const found = outside.filter((path) => /\w_kwargs|adapter_name/.test(readFileSync(path, 'utf8')));
    expect(found.map((path) => path.slice(root.length + 1))).toEqual([]);
  });

  it('has no folder or file that could be called anything', () => {
    const vague = /(^|\/)(utils?|helpers?|managers?|misc|common)(\.|\/|$)/;
    const named = [...sources(join(root, 'packages')), ...sources(join(root, 'apps'))].map((path) =>
      path.slice(root.length + 1),
    );
    expect(named.filter((path) => vague.test(path))).toEqual([]);
    expect(named.length).toBeGreaterThan(200);
  });
});

/** Our own TypeScript files: nothing generated, nothing built. */
function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return /^(node_modules|dist|generated|proto)$/.test(entry.name) ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.(test|cases)\.ts$/.test(entry.name) ? [path] : [];
  });
}
