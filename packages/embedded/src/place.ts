import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** Postgres refuses to run as root; as root its server runs under this id instead (nobody on Linux). */
const unprivilegedId = 65_534;

/** Whom the server runs as; null means as ourselves. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

export function serverUser(): ServerUser | null {
  return process.getuid?.() === 0 ? { uid: unprivilegedId, gid: unprivilegedId } : null;
}

/**
 * True when `user` may step through every folder down to `path`. Folders that do not exist yet do not count.
 */
export function canReach(path: string, user: ServerUser | null): boolean {
  if (!user) return true;
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    try {
      const { mode, uid, gid } = statSync(folder);
      const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
      if ((mode & bit) === 0) return false;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    if (folder === dirname(folder)) return true;
  }
}

/**
 * Where the server's files go: `home`/postgres, unless the server's user cannot reach it (root's home is
 * 0700); then a folder of its own under /var/lib/tessera, whose name is kept in the home.
 */
export async function placeServer(home: string, user: ServerUser | null): Promise<string> {
  const inHome = join(resolve(home), 'postgres');
  await mkdir(inHome, { recursive: true });
  if (user) await chmod(inHome, 0o711);
  if (canReach(inHome, user)) return inHome;
  const pointer = join(inHome, 'moved-to');
  if (existsSync(pointer)) return (await readFile(pointer, 'utf8')).trim();
  const outside = join('/var/lib/tessera', randomUUID());
  await mkdir(outside, { recursive: true });
  await chmod('/var/lib/tessera', 0o711);
  await chmod(outside, 0o711);
  await writeWhole(pointer, outside);
  return outside;
}

/** Writes a file that is there whole or not at all, readable by its owner only. */
export async function writeWhole(file: string, content: string): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, content, { mode: 0o600 });
  await rename(unfinished, file);
}

/** A folder that belongs to the server's user alone. */
export async function ownFolder(path: string, user: ServerUser | null): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (user) await chown(path, user.uid, user.gid);
}
