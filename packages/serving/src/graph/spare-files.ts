import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@tessera/base';
import type { MadeFile } from './made-file.ts';

/** Folders of spare files: `<prefix><pid>-<random>`. */
const prefix = 'tessera-graphs-';

/** What a disk says that is full, read-only, broken or not what it should be. */
const storageCodes = /\b(ENOSPC|EDQUOT|EROFS|EACCES|EPERM|EFBIG|EIO|ENOTDIR|EISDIR|EMFILE|ENFILE)\b/;

/**
 * Whether something failed because it could not be written; errors of the graph thread carry that in their
 * cause.
 */
export function isStorageFailure(error: unknown): boolean {
  return storageCodes.test(textOf(error));
}

/** The system's word for a storage failure, such as ENOSPC. */
export function reasonOfStorage(error: unknown): string {
  return storageCodes.exec(textOf(error))?.[1] ?? String(error);
}

function textOf(error: unknown): string {
  const { code = '', message = '', cause = '' } = error as NodeJS.ErrnoException & { cause?: unknown };
  return `${code} ${message} ${cause}`;
}

export interface SpareFiles {
  has(name: string): boolean;
  /**
   * The file of that name in the temporary folder, made at the first call. Throws MODEL_LOAD_FAILED when
   * there is no room either.
   */
  make<Names>(name: string, make: (to: string) => Promise<Names>): Promise<MadeFile<Names>>;
}

/** Files for the life of this process, made where its cache cannot be written. */
export function keepSpareFiles(model: string): SpareFiles {
  const files = new Map<string, Promise<MadeFile<unknown>>>();
  let folder: Promise<string> | null = null;

  async function write<Names>(name: string, make: (to: string) => Promise<Names>): Promise<MadeFile<Names>> {
    try {
      folder ??= mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
      const path = join(await folder, `${name}.onnx`);
      return { path, names: await make(path) };
    } catch (cause) {
      if (!isStorageFailure(cause)) throw cause;
      const reason = `a file made from it can be written neither below TESSERA_HOME nor in ${tmpdir()} (${reasonOfStorage(cause)}). Make room there`;
      throw new AppError('MODEL_LOAD_FAILED', { detail: { model, reason }, cause });
    }
  }

  return {
    has: (name) => files.has(name),
    make<Names>(name: string, make: (to: string) => Promise<Names>) {
      const known = files.get(name) as Promise<MadeFile<Names>> | undefined;
      if (known) return known;
      const made = write(name, make);
      files.set(name, made);
      made.catch(() => files.delete(name));
      return made;
    },
  };
}

/**
 * Removes the spare files of processes that are gone: they are killed, and cannot tidy up themselves. Returns
 * the folders' names.
 */
export async function removeDeadSpares(): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const pid = Number(new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1] ?? 0);
    if (pid === 0 || isAlive(pid)) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true });
    removed.push(name);
  }
  return removed;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
