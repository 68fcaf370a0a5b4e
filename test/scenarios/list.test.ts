import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/scenarios.md'), 'utf8');
const sections = text.split(/^## /m).slice(1);
/** `* \`path\`: name` */
const shown = [...text.matchAll(/^\* `([^`]+)`: (.+)$/gm)].map(([, path, name]) => ({
  path: path!,
  name: name!,
}));

describe('the list of scenarios', () => {
  it('has all twenty-five, in order', () => {
    expect(sections.map((section) => Number.parseInt(section, 10))).toEqual(
      Array.from({ length: 25 }, (_, i) => i + 1),
    );
  });

  it('names a test of each, or says that there is none', () => {
    const silent = sections.filter(
      (section) => !/^\* `/m.test(section) && !/not shown|There are none/i.test(section),
    );
    expect(silent).toEqual([]);
  });

  it.each(shown)('$path has: $name', ({ path, name }) => {
    expect(existsSync(join(root, path))).toBe(true);
    expect(readFileSync(join(root, path), 'utf8')).toContain(`'${name}'`);
  });
});
