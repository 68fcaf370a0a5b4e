import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const skipped = new Set(['node_modules', 'dist', '.turbo', 'coverage']);

/**
 * Paths (relative, "/"-separated, sorted) of the files below some folders of `root` that `wanted` accepts.
 */
export function filesBelow(root, folders, wanted) {
  const found = [];
  const visit = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name)) visit(path);
      } else if (wanted(path)) found.push(path);
    }
  };
  for (const folder of folders) if (existsSync(join(root, folder))) visit(folder);
  return found.sort();
}

/** One sha-256 over the names and contents of some files of `root` and some further words. */
export function digestOf(root, paths, words = []) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const file = join(root, path);
    hash.update(`${path}\0`);
    if (existsSync(file)) hash.update(readFileSync(file));
  }
  for (const word of words) hash.update(`\0${word}`);
  return hash.digest('hex');
}
