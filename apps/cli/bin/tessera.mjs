#!/usr/bin/env node
// Runs the built command. In a checkout that is not built yet, set-up comes first; its steps go to stderr.
import { existsSync } from 'node:fs';

// Colours are for terminals: what is piped stays plain, although the colour library takes CI for one.
if (!process.stdout.isTTY && !process.env.FORCE_COLOR) process.env.NO_COLOR ??= '1';

const built = new URL('../dist/main.js', import.meta.url);
if (!existsSync(built)) {
  const { prepare } = await import('../../../scripts/setup/prepare.mjs');
  await prepare();
}
const { main } = await import(built.href);
process.exitCode = await main(process.argv, process);
