import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Process ids are used again; the start time tells two processes of one id apart. */
export interface ProcessMark {
  readonly pid: number;
  readonly startedAt: string;
}

/** True while a process of this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A killed child that nobody has waited for still answers to its id. */
function isZombie(pid: number): boolean {
  try {
    return statFields(pid)[0] === 'Z';
  } catch {
    return false;
  }
}

/** Fields of /proc/PID/stat after the command name, which may hold spaces and brackets itself. */
function statFields(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function ask(pid: number, column: string): string {
  return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
}

/** The mark of a living process, or null when there is none. */
export function markOf(pid: number): ProcessMark | null {
  if (!isAlive(pid)) return null;
  try {
    // Field 22 of proc(5): start time in clock ticks after boot.
    return { pid, startedAt: statFields(pid)[19] ?? '' };
  } catch {
    try {
      return { pid, startedAt: ask(pid, 'lstart') };
    } catch {
      return { pid, startedAt: '' };
    }
  }
}

export function isSame(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.startedAt === mark.startedAt;
}

/** The command line of a process, or '' when it cannot be read. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    try {
      return ask(pid, 'command');
    } catch {
      return '';
    }
  }
}
