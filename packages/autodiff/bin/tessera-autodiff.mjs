#!/usr/bin/env node
// Runs the built command; in a checkout that was not built yet, the sources through tsx.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/cli/main.js', import.meta.url);

if (existsSync(built)) {
  const { main } = await import(built.href);
  process.exitCode = await main(process.argv, process);
} else {
  const source = fileURLToPath(new URL('../src/cli/run-source.ts', import.meta.url));
  const tsx = import.meta.resolve('tsx');
  const flags = ['--conditions=@tessera/source', '--import', tsx, source];
  const { status } = spawnSync(process.execPath, [...flags, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
