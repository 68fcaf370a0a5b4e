import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { watchChild } from '@tessera/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';

const launcher = resolve(import.meta.dirname, '../../apps/launcher/dist/main.js');

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'tessera-leaves-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function folder(name: string): string {
  const path = join(base, name);
  mkdirSync(path);
  return path;
}

it('all jobs of the demo leave no file outside TESSERA_HOME and speak to no host but this one', async () => {
  // As root the database runs as another user, who must be able to step in.
  chmodSync(base, 0o711);
  const [home, own, temporary, outside] = ['user', 'tessera', 'temporary', 'recorder'].map(folder) as [
    string,
    string,
    string,
    string,
  ];
  const recorder = join(outside, 'record-network.cjs');
  copyFileSync(join(import.meta.dirname, 'record-network.cjs'), recorder);
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [launcher, 'demo'], {
    // Neither ORT_DISABLE_TELEMETRY nor the like: that is the launcher's to set.
    env: {
      PATH,
      HOME: home,
      TMPDIR: temporary,
      TESSERA_HOME: own,
      NO_COLOR: '1',
      NODE_OPTIONS: `--require=${recorder}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { end, output } = watchChild(child);
  expect(await end, output()).toBe(0);
  expect(readdirSync(home, { recursive: true })).toEqual([]);
  expect(readdirSync(temporary, { recursive: true })).toEqual([]);
  const seen = readFileSync(`${recorder}.log`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { what: string; value: string; pid: number });
  // Gateway, worker and the demo's own requests, at the least: else nothing was recorded.
  expect(new Set(seen.map(({ pid }) => pid)).size).toBeGreaterThanOrEqual(3);
  expect([...new Set(seen.map(({ value }) => value))].filter((host) => !isLoopback(host))).toEqual([]);
});

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}
