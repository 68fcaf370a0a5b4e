import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@tessera/base';
import type { Binaries } from './binaries.ts';
import type { ServerUser } from './place.ts';

/** Children get this and nothing else: no PG* variable of the shell can bend them. */
export const childEnvironment = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' } as const;

export const databaseUser = 'tessera';
export const databaseName = 'tessera';

/**
 * Makes the data folder with one superuser and one empty database, if it is not there. Everything happens
 * beside the final place and is renamed at the end, so that a crash in the middle leaves nothing half done.
 */
export async function initialise(options: {
  readonly binaries: Binaries;
  readonly server: string;
  readonly password: string;
  readonly user: ServerUser | null;
  readonly durable: boolean;
}): Promise<void> {
  const { binaries, server, password, user, durable } = options;
  const data = join(server, 'data');
  if (existsSync(join(data, 'PG_VERSION'))) return;
  const unfinished = join(server, 'data.new');
  const passwordFile = join(server, 'password.new');
  await rm(unfinished, { recursive: true, force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user) await chown(passwordFile, user.uid, user.gid);
  try {
    await run(
      binaries.initdb,
      [
        ...['--pgdata', unfinished, '--username', databaseUser, '--pwfile', passwordFile],
        ...['--auth', 'scram-sha-256', '--encoding', 'UTF8'],
        ...['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C'],
        '--no-instructions',
        ...(durable ? [] : ['--no-sync']),
      ],
      { cwd: server, user },
    );
    // Single-user mode needs no port, no password and no client library.
    await run(binaries.postgres, ['--single', '-D', unfinished, 'postgres'], {
      cwd: server,
      user,
      input: `CREATE DATABASE ${databaseName}\n`,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, data);
}

function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly user: ServerUser | null; readonly input?: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: childEnvironment,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...options.user,
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-2000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.once('error', (cause) => reject(failed(`${command} did not start: ${cause.message}`, cause)));
    child.once('close', (code) => {
      // Single-user mode ends with 0 even when its statement failed.
      if (code === 0 && !/\b(ERROR|FATAL):/.test(output)) resolve();
      else reject(failed(`${command} ended with ${code}: ${output.trim()}`));
    });
  });
}

export function failed(reason: string, cause?: unknown): AppError {
  return new AppError('EMBEDDED_DATABASE_FAILED', { detail: { reason }, cause });
}
