#!/usr/bin/env node
// Runs the built command. In a checkout that is not built yet, set-up comes first; its steps go to stderr.
import { existsSync } from 'node:fs';

const built = new URL('../dist/main.js', import.meta.url);
if (!existsSync(built)) {
  const { prepare } = await import('../../../scripts/setup/prepare.mjs');
  await prepare();
}
const { main } = await import(built.href);
process.exitCode = await main(process.argv, process);
