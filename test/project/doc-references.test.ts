import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const files = execFileSync(
  'git',
  ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx', '*.mjs', '*.cjs', '*.py', '*.md'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\n')
  .filter((file) => file && existsSync(join(root, file)) && !/^(models|\.changeset)\/|\/proto\//.test(file));

/** The anchors of a Markdown file, as GitHub makes them of its headings. */
function anchors(file: string): Set<string> {
  const found = new Set<string>();
  let fenced = false;
  for (const line of readFileSync(join(root, file), 'utf8').split('\n')) {
    if (line.startsWith('```')) fenced = !fenced;
    const title = fenced ? null : /^#+ (.+)$/.exec(line)?.[1];
    if (!title) continue;
    const slug = title
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\p{Mark}_ -]/gu, '')
      .replaceAll(' ', '-');
    let name = slug;
    for (let copy = 1; found.has(name); copy++) name = `${slug}-${copy}`;
    found.add(name);
  }
  return found;
}

/** What a file refers to that is not there: pages, and sections of pages. */
function missing(target: string, anchor: string | undefined): boolean {
  if (!existsSync(join(root, target))) return true;
  return anchor !== undefined && target.endsWith('.md') && !anchors(target).has(anchor);
}

describe('references to documents', () => {
  it('in code name a page of this repository and a section of it', () => {
    const wrong: string[] = [];
    let seen = 0;
    for (const file of files.filter((name) => !name.endsWith('.md'))) {
      const text = readFileSync(join(root, file), 'utf8');
      // A page may be followed by several sections of it, each with its #.
      for (const found of text.matchAll(/\b(docs\/[\w/-]+\.md)((?:(?:, )?#[a-z][\w-]*)*)/g)) {
        const [, page = '', sections = ''] = found;
        const names = [...sections.matchAll(/#([\w-]+)/g)].map(([, name]) => name);
        seen += 1;
        for (const name of names.length > 0 ? names : [undefined])
          if (missing(page, name)) wrong.push(`${file}: ${page}${name ? `#${name}` : ''}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(seen).toBeGreaterThan(60);
  });

  it('in pages lead to a file and a section of it', () => {
    const wrong: string[] = [];
    for (const file of files.filter((name) => name.endsWith('.md'))) {
      const text = readFileSync(join(root, file), 'utf8').replace(/```[\s\S]*?```/g, '');
      for (const [, link = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^(https?:|mailto:)/.test(link)) continue;
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? file : join(dirname(file), path);
        if (missing(target, anchor)) wrong.push(`${file}: ${link}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('show every package, application and folder of the repository in the tree of CONTRIBUTING.md', () => {
    const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
    const tree = /## The tree\n\n```text\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
    const shown = tree.split('\n').flatMap((line) => /^[\w./-]+/.exec(line)?.[0] ?? []);
    const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).split('\n');
    const folders = new Set(
      tracked.flatMap((file) => /^(?:packages|apps)\/[^/]+(?=\/)|^[^./][^/]*(?=\/)/.exec(file)?.[0] ?? []),
    );
    const missingThere = [...folders].filter(
      (folder) => !shown.some((line) => line === folder || line.startsWith(`${folder}/`)),
    );
    expect(missingThere).toEqual([]);
    expect(shown.filter((folder) => !existsSync(join(root, folder)))).toEqual([]);
  });

  it('name no section sign without a document that is known outside', () => {
    const known = /RFC \d+|WHATWG|\b(19|20)\d\d\b/;
    const wrong = files
      .filter((name) => !name.endsWith('.md'))
      .flatMap((name) => {
        const lines = readFileSync(join(root, name), 'utf8').split('\n');
        return lines.flatMap((line, at) => {
          const near = lines.slice(Math.max(0, at - 2), at + 1).join(' ');
          return /§\d/.test(line) && !known.test(near) ? [`${name}:${at + 1}`] : [];
        });
      })
      .filter((place) => !place.startsWith('test/project/'));
    expect(wrong).toEqual([]);
  });
});
