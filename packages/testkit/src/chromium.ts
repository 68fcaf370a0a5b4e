import { existsSync } from 'node:fs';

/**
 * Debian's Chromium, or what CHROMIUM_PATH names; null where there is none. Under CI its absence is an error,
 * not a left-out test.
 */
export function findChromium(): string | null {
  const path = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  if (existsSync(path)) return path;
  if (process.env['CI']) throw new Error(`${path} is not there; install chromium or set CHROMIUM_PATH.`);
  return null;
}

/** Flags under which Chromium runs as root, without a screen, and asks nobody but the page's own server. */
export const chromiumFlags: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
