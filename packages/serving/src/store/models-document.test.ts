import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTokenizer } from '../tokenizer/load-tokenizer.ts';
import { describeModel } from './describe-model.ts';
import { parsePythonJson } from './python-json.ts';

/** The rows of docs/models.md that change a folder: | folder | file | with | then |. */
const repository = new URL('../../../../', import.meta.url);
const document = readFileSync(new URL('docs/models.md', repository), 'utf8');
const code = '`([^`]+)`';
const rows = [
  ...document.matchAll(new RegExp(`^\\| ${code} \\| ${code} \\| (?:nothing|${code}) \\| (.+) \\|$`, 'gm')),
].map(([, folder, file, content, outcome]) => ({
  folder: folder!,
  file: file!,
  content: content ?? null,
  outcome: outcome!,
}));

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'tessera-models-document-'));
});
afterAll(() => rm(home, { recursive: true }));

test('the table has rows', () => {
  expect(rows.length).toBeGreaterThan(15);
});

test.each(rows.map((row, at) => ({ ...row, at })))('$folder with $file $content: $outcome', async (row) => {
  const folder = join(home, String(row.at));
  await cp(fileURLToPath(new URL(`test/fixtures/models/${row.folder}`, repository)), folder, {
    recursive: true,
  });
  const path = join(folder, row.file);
  if (row.content === null) await rm(path);
  else await writeFile(path, await laidOver(path, row.content));
  const read = Promise.all([describeModel(folder, 'm'), openTokenizer(folder, 'm')]).then((parts) =>
    parts.flatMap(({ warnings }) => warnings),
  );
  const [what, text] = row.outcome.match(/^(fine|warned|refused)(?:: `(.+)`)?$/)!.slice(1);
  if (what === 'refused') await expect(read).rejects.toThrow(text);
  else if (what === 'warned') expect((await read).join('\n')).toContain(text);
  else expect(await read).toEqual([]);
});

/** An object laid over the one that is there; anything else in its place. */
async function laidOver(path: string, content: string): Promise<string> {
  const given = parsePythonJson(content);
  if (Array.isArray(given)) return content;
  const before = await readFile(path, 'utf8').catch(() => '{}');
  // As text, so that NaN stays what the row says.
  const kept = Object.entries(JSON.parse(before)).filter(([key]) => !(key in (given as object)));
  return `{${[...kept.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`), content.slice(1, -1)].join(', ')}}`;
}
