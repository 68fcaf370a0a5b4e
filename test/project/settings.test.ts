import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

it.each([
  ['apps/gateway/src/config.ts', 10],
  ['apps/worker/src/config.ts', 10],
  ['packages/telemetry/src/settings.ts', 5],
])('every variable of %s is in docs/operating.md', (file, least) => {
  const variables = [...read(file).matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map((match) => match[1]!);
  expect(variables.length).toBeGreaterThan(least);
  const page = read('docs/operating.md');
  expect(variables.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
