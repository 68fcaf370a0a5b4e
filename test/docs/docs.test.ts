import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freePort } from '@tessera/embedded';
import { eventually, watchChild } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Block, blocksOf, pages } from './blocks.ts';
import { expectLike } from './expect-like.ts';

/*
 * Every command and every program in the documentation runs, and what it prints is what the page says it
 * prints: a `json` or `text` block right after an `sh` or `ts` block is its output. The pages talk to
 * 127.0.0.1:8000; here that is a free port.
 */
const root = resolve(import.meta.dirname, '../..');
const tsx = pathToFileURL(createRequire(join(root, 'package.json')).resolve('tsx')).href;
/** Commands that other tests run as a user would; a page may show them on their own. */
const ranElsewhere = new Map([
  ['npm run demo', 'test/launcher/demo.test.ts'],
  ['npm start', 'below, before the first block'],
  ['npm test', 'this run'],
]);

let home: string;
let port: number;
let server: ChildProcess;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'tessera-docs-'));
  port = await freePort();
  server = spawn(process.execPath, [join(root, 'apps/launcher/dist/main.js'), 'start'], {
    env: { ...process.env, TESSERA_HOME: home, PORT: String(port), LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await eventually(
    'the server of the pages to be up',
    async () => {
      const response = await fetch(`http://127.0.0.1:${port}/v1/models/tessera/sentiment-en`).catch(
        () => null,
      );
      return response?.ok;
    },
    60_000,
  );
});

afterAll(async () => {
  const gone = new Promise((resolveGone) => server.on('exit', resolveGone));
  server.kill('SIGTERM');
  await gone;
  rmSync(home, { recursive: true, force: true });
});

for (const page of pages(root)) {
  const blocks = blocksOf(root, page);
  const runnable = blocks.filter((block) => block.language === 'sh' || block.language === 'ts');
  describe.skipIf(runnable.length === 0)(page, () => {
    for (const block of runnable) {
      const next = blocks[blocks.indexOf(block) + 1];
      it(`line ${block.line} runs and prints what the page says`, async () => {
        const { code, output, everything } = await run(block);
        expect(code, everything).toBe(0);
        if (next && isOutputOf(next, block)) expectLike(output.replaceAll(`:${port}`, ':8000'), next);
      });
    }
  });
}

/** An output block follows its program with nothing but one line of prose or an empty line between them. */
function isOutputOf(next: Block, block: Block): boolean {
  const end = block.line + block.code.split('\n').length + 1;
  return (next.language === 'json' || next.language === 'text') && next.line - end <= 2;
}

async function run(block: Block): Promise<{ code: number | null; output: string; everything: string }> {
  if (ranElsewhere.has(block.code.trim())) return { code: 0, output: '', everything: '' };
  const code = block.code.replaceAll('127.0.0.1:8000', `127.0.0.1:${port}`);
  // Below the root, where its packages resolve; in an ignored folder, where no linter that runs meanwhile
  // sees it.
  const file = join(root, '.tessera', 'docs-blocks', `${process.pid}.mts`);
  const [program, args] =
    block.language === 'sh'
      ? ['bash', ['-euo', 'pipefail', '-c', code]]
      : [process.execPath, ['--conditions=@tessera/source', '--import', tsx, file]];
  if (block.language === 'ts') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, code);
  }
  try {
    const child = spawn(program as string, args as string[], {
      cwd: root,
      env: { ...process.env, TESSERA_SERVER: `http://127.0.0.1:${port}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const watched = watchChild(child);
    return { code: await watched.end, output: watched.stdout(), everything: watched.output() };
  } finally {
    rmSync(file, { force: true });
  }
}
