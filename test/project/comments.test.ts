import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const widest = 110;

const files = execFileSync(
  'git',
  ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx', '*.mjs', '*.cjs', '*.prisma'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\n')
  .filter((file) => file && !file.includes('/proto/') && existsSync(join(root, file)));

/** A line that is a comment, or ends in one; a pragma of a tool must stay on one line. */
const comment = /^\s*(\/\/|\/\*|\*)|\s\/\/ [^'"`]*$/;
const pragma = /biome-ignore|@ts-|https?:\/\/\S{60}/;

it('comments fit beside the code: no line of one is wider than 110 columns', () => {
  const wide = files.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((line, at) =>
        line.length > widest && comment.test(line) && !pragma.test(line) ? [`${file}:${at + 1}`] : [],
      ),
  );
  expect(wide).toEqual([]);
  expect(files.length).toBeGreaterThan(500);
});
