import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A fenced block of a Markdown file. */
export interface Block {
  readonly file: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** First word after the fence: sh, ts, json, text … */
  readonly language: string;
  readonly code: string;
}

/**
 * README, CONTRIBUTING, the pages of docs/ and the packages' own, relative to `root`; decision records are
 * prose.
 */
export function pages(root: string): string[] {
  const docs = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  const packages = readdirSync(join(root, 'packages'))
    .map((name) => `packages/${name}/README.md`)
    .filter((file) => existsSync(join(root, file)));
  return ['README.md', 'CONTRIBUTING.md', ...docs, ...packages];
}

/** The fenced blocks of one page, in order. */
export function blocksOf(root: string, file: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; language: string; lines: string[] } | null = null;
  for (const [index, line] of readFileSync(join(root, file), 'utf8').split('\n').entries()) {
    const fence = /^```(\w*)/.exec(line);
    if (!fence) open?.lines.push(line);
    else if (open) {
      blocks.push({ file, line: open.line, language: open.language, code: open.lines.join('\n') });
      open = null;
    } else open = { line: index + 1, language: fence[1] ?? '', lines: [] };
  }
  return blocks;
}
