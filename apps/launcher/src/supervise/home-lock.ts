import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who runs in a home folder. */
export interface HomeHolder {
  readonly pid: number;
  readonly url: string | null;
  /** It has been told to stop and will be gone in a moment. */
  readonly stopping: boolean;
}

/** A home that this process holds. */
export interface HeldHome {
  readonly taken: true;
  /** Writes into the lock what another start should know. */
  tell(holder: { readonly url: string | null; readonly stopping: boolean }): void;
  release(): void;
}

/**
 * Takes a home folder for this process, so that two Tesseras never share one data folder.
 * A lock left behind by a killed process is taken over. Returns the living holder when there is one.
 */
export function takeHome(home: string): HeldHome | { readonly taken: false; readonly holder: HomeHolder } {
  mkdirSync(home, { recursive: true });
  const file = join(home, 'tessera.pid');
  const text = (holder: { readonly url: string | null; readonly stopping: boolean }): string =>
    JSON.stringify({ pid: process.pid, ...holder });
  for (;;) {
    try {
      writeFileSync(file, text({ url: null, stopping: false }), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = read(file);
    if (holder && holder.pid !== process.pid && isTessera(holder.pid)) return { taken: false, holder };
    rmSync(file, { force: true });
  }
  return {
    taken: true,
    tell: (holder) => writeFileSync(file, text(holder)),
    release: () => rmSync(file, { force: true }),
  };
}

function read(file: string): HomeHolder | null {
  try {
    const { pid, url, stopping } = JSON.parse(readFileSync(file, 'utf8')) as Partial<HomeHolder>;
    return pid !== undefined && Number.isInteger(pid)
      ? { pid, url: url ?? null, stopping: stopping === true }
      : null;
  } catch {
    return null;
  }
}

/** Whether a process lives and, where /proc can tell, is ours: pids are used again after a crash. */
function isTessera(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('launcher');
  } catch {
    return process.platform !== 'linux';
  }
}
