import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, filesBelow } from './digest.mjs';
import { withLock } from './lock.mjs';
import { root } from './root.mjs';
import { isDone, markDone } from './stamp.mjs';
import { step } from './step.mjs';

/** The package manager, as npx names it. */
export const pnpm = 'pnpm@12.21.0';
const leastNode = [20, 19, 0];

/**
 * Installs, generates and builds what changed since the last time; a second call with nothing changed takes
 * well under a second.
 */
export async function prepare() {
  checkNode();
  // Two commands may start in one checkout at the same time: the second waits for the first one's work.
  await withLock(join(root, 'node_modules/.tessera-setup.lock'), async () => {
    await install();
    await generate();
    await build();
  });
}

function checkNode() {
  const found = process.versions.node.split('.').map(Number);
  const order = leastNode.findIndex((part, i) => found[i] !== part);
  if (order >= 0 && found[order] < leastNode[order])
    throw new Error(`Node ${leastNode.join('.')} or newer is needed; this is ${process.versions.node}.`);
}

async function install() {
  const manifests = filesBelow(root, ['apps', 'packages'], (path) =>
    /^(apps|packages)\/[^/]+\/package\.json$/.test(path),
  );
  const digest = digestOf(
    root,
    ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests],
    [process.version, process.platform, process.arch],
  );
  if (isDone('install', digest) && existsSync(join(root, 'node_modules/.modules.yaml'))) return;
  await step(
    'Installing packages (pnpm, first time about a minute)',
    'npx',
    ['-y', pnpm, 'install', '--frozen-lockfile'],
    {
      CI: 'true',
      npm_config_yes: 'true',
    },
  );
  markDone('install', digest);
}

async function generate() {
  const digest = digestOf(root, ['prisma/schema.prisma', 'pnpm-lock.yaml']);
  if (isDone('generate', digest) && existsSync(join(root, 'packages/jobs/src/generated'))) return;
  await step('Generating the database client (Prisma)', process.execPath, [
    join(root, 'scripts/setup/generate-prisma.mjs'),
  ]);
  markDone('generate', digest);
}

async function build() {
  const sources = filesBelow(root, ['apps', 'packages'], (path) =>
    /^(apps|packages)\/[^/]+\/(src\/.*|index\.html|tsconfig\.json|package\.json|vite\.config\.ts)$/.test(
      path,
    ),
  );
  const digest = digestOf(root, ['tsconfig.base.json', 'tsconfig.json', 'pnpm-lock.yaml', ...sources]);
  if (isDone('build', digest)) return;
  await step('Building', process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b']);
  markDone('build', digest);
}
