import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

const folder = join(root, 'node_modules/.tessera-stamps');

/** Whether a step was done before with the same digest. */
export function isDone(step, digest) {
  const file = join(folder, step);
  return existsSync(file) && readFileSync(file, 'utf8') === digest;
}

/** Remembers that a step is done; called only after it succeeded. */
export function markDone(step, digest) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, step), digest);
}
