import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { endOrphan, freePort } from '@tessera/embedded';
import { eventually, watchChild } from '@tessera/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** `npm start` itself in a process group of its own, as a terminal, systemd or a CI runner starts it. */
interface Started {
  readonly child: ChildProcess;
  /** The process of npm, and the name of the group. */
  readonly pid: number;
  output(): string;
  readonly exit: Promise<number | null>;
}

describe('npm start, stopped', () => {
  let home: string;
  let port: number;
  let started: Started;

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'tessera-stop-'));
    port = await freePort();
    const child = spawn('npm', ['start', '--silent'], {
      cwd: root,
      detached: true,
      env: { ...process.env, TESSERA_HOME: home, PORT: String(port), NO_COLOR: '1', LOG_LEVEL: 'warn' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { output, exit } = watchChild(child);
    started = { child, pid: child.pid ?? -1, output, exit };
    await eventually(
      'the URL to be printed',
      () => {
        if (child.exitCode !== null) throw new Error(`it ended:\n${output()}`);
        return output().includes('Tessera is up') || null;
      },
      60_000,
    );
  });

  afterEach(async () => {
    // A test that failed may have left anything of the group; the database is not in it and ends with the
    // next line.
    kill(-started.pid, 'SIGKILL');
    await started.exit;
    await endOrphan(home);
    rmSync(home, { recursive: true, force: true });
  });

  /** Everything is gone: gateway, database, the mark in the home. */
  async function nothingIsLeft(): Promise<void> {
    const database = JSON.parse(readFileSync(join(home, 'postgres.json'), 'utf8')) as { port: number };
    await eventually(
      'the home to be given back',
      () => !existsSync(join(home, 'tessera.pid')) || null,
      30_000,
    );
    expect(await listens(port), 'the gateway still listens').toBe(false);
    expect(await listens(database.port), 'the database still listens').toBe(false);
  }

  it('by SIGTERM to its process', async () => {
    kill(started.pid, 'SIGTERM');
    await started.exit;
    await nothingIsLeft();
  });

  it('by SIGTERM to its group, as systemd, timeout and CI runners do', async () => {
    kill(-started.pid, 'SIGTERM');
    await started.exit;
    await nothingIsLeft();
  });

  it('by SIGTERM to its group again and again', async () => {
    for (let i = 0; i < 3; i++) {
      kill(-started.pid, 'SIGTERM');
      // Every stop but the last must have been heard: then the signals are no longer one.
      await eventually('it to say that it stops', () => started.output().includes('Stopping') || null);
    }
    await started.exit;
    await nothingIsLeft();
  });

  it('by one Ctrl-C, which a terminal sends to the group', async () => {
    kill(-started.pid, 'SIGINT');
    await started.exit;
    await nothingIsLeft();
  });

  it('by the end of npm, however it went', async () => {
    kill(started.pid, 'SIGKILL');
    await nothingIsLeft();
  });
});

/** A process or a group (a negative number) that may be gone already. */
function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.on('connect', () => {
      socket.destroy();
      answer(true);
    });
    socket.on('error', () => answer(false));
  });
}
