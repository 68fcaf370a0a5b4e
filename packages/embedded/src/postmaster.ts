import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@tessera/base';
import type { Binaries } from './binaries.ts';
import { childEnvironment, failed } from './initialise.ts';
import { commandOf, isAlive } from './owner.ts';
import type { ServerUser } from './place.ts';

/** A running server, whether we started it or found it. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

/**
 * postmaster.pid (src/include/utils/pidfile.h): line 1 process id, 2 data folder, 4 port, 8 status
 * ("starting", "ready   ", "stopping").
 */
function readPidFile(data: string): { pid: number; port: number; status: string } | null {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]), status: (lines[7] ?? '').trim() };
  } catch {
    return null;
  }
}

/**
 * The server that runs on `data` now, or null. The id in the file may belong to a stranger by now, so the
 * command is checked too.
 */
export function findPostmaster(data: string): (Postmaster & { readonly status: string }) | null {
  const file = readPidFile(data);
  if (!file || !(file.pid > 0) || !isAlive(file.pid)) return null;
  const command = commandOf(file.pid);
  return command === '' || command.includes(data) ? file : null;
}

export async function waitUntil(clock: Clock, limitMs: number, condition: () => boolean): Promise<boolean> {
  const endMs = clock.monotonicMs() + limitMs;
  while (!condition()) {
    if (clock.monotonicMs() > endMs) return false;
    await new Promise<void>((resolve) => clock.after(20, resolve));
  }
  return true;
}

/**
 * Safe for every acknowledged write (fsync and synchronous_commit are on), otherwise sized for one small
 * machine.
 */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '128MB',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  wal_compression: 'on',
  max_wal_size: '1GB',
  checkpoint_timeout: '15min',
  // The queue's tables turn over quickly; dead rows must go before they slow the scans down.
  autovacuum_naptime: '10s',
  autovacuum_vacuum_cost_delay: '0',
  jit: 'off',
  log_timezone: 'UTC',
  TimeZone: 'UTC',
} as const;

const logLimitBytes = 10_000_000;

function openLog(file: string): number {
  if (existsSync(file) && statSync(file).size > logLimitBytes) renameSync(file, `${file}.old`);
  return openSync(file, 'a', 0o600);
}

function tail(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(-1500).trim();
  } catch {
    return '';
  }
}

/** Starts a server and resolves once it takes connections. Rejects with the end of its log. */
export async function startPostmaster(options: {
  readonly binaries: Binaries;
  readonly data: string;
  readonly logFile: string;
  readonly port: number;
  readonly user: ServerUser | null;
  readonly durable: boolean;
  readonly clock: Clock;
}): Promise<Postmaster> {
  const { binaries, data, logFile, port, user, durable, clock } = options;
  const log = openLog(logFile);
  const args = Object.entries({ ...settings, fsync: durable ? 'on' : 'off' }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  // Detached: a Ctrl-C in the terminal is for the launcher, which stops the database last. The log goes to a
  // file and not through a pipe, so that the server outlives a launcher that was killed.
  const child = spawn(binaries.postgres, ['-D', data, '-p', String(port), ...args], {
    cwd: data,
    env: childEnvironment,
    detached: true,
    stdio: ['ignore', log, log],
    ...user,
  });
  closeSync(log);
  let ended: string | null = null;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, signal) => {
    ended = `it ended with ${code ?? signal}`;
  });
  child.unref();
  const isReady = (): boolean => {
    const file = readPidFile(data);
    return file !== null && file.pid === child.pid && file.status === 'ready';
  };
  // Recovery after a crash replays the log first, hence the long limit.
  await waitUntil(clock, 120_000, () => ended !== null || isReady());
  if (ended !== null || child.pid === undefined || !isReady())
    throw failed(`${ended ?? 'it was not ready after 120 s'}; its log ends with: ${tail(logFile)}`);
  return { pid: child.pid, port };
}

/**
 * Ends a server: fast (open transactions roll back), then immediate, then by force. Resolves when it is gone.
 */
export async function stopPostmaster(pid: number, clock: Clock): Promise<void> {
  const steps = [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const;
  for (const [signal, limitMs] of steps) {
    if (!isAlive(pid)) return;
    signalIfAlive(pid, signal);
    if (await waitUntil(clock, limitMs, () => !isAlive(pid))) return;
  }
}

/** Immediate shutdown (SIGQUIT), not waited for: the server's children end without a checkpoint. */
export function abandonPostmaster(pid: number): void {
  signalIfAlive(pid, 'SIGQUIT');
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
