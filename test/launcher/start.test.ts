import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '@tessera/embedded';
import { eventually, watchChild } from '@tessera/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { childrenOf } from '../scenarios/cluster.ts';

const launcher = resolve(import.meta.dirname, '../../apps/launcher/dist/main.js');

/** `npm start` as a user runs it, without the set-up in front. */
interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  output(): string;
  readonly exit: Promise<number | null>;
}

describe('npm start', () => {
  let home: string;
  let port: number;
  let url: string;
  const running = new Set<Started>();

  beforeEach(async () => {
    // A path with spaces, as many people have one.
    home = mkdtempSync(join(tmpdir(), 'tessera home '));
    port = await freePort();
    url = `http://127.0.0.1:${port}`;
  });

  afterEach(async () => {
    for (const started of running) started.child.kill('SIGTERM');
    await Promise.all([...running].map((started) => started.exit));
    running.clear();
    rmSync(home, { recursive: true, force: true });
  });

  function start(environment: NodeJS.ProcessEnv = {}): Started {
    const child = spawn(process.execPath, [launcher, 'start'], {
      env: {
        ...process.env,
        TESSERA_HOME: home,
        PORT: String(port),
        NO_COLOR: '1',
        LOG_LEVEL: 'warn',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { output, exit } = watchChild(child);
    const started: Started = { child, pid: child.pid ?? -1, output, exit };
    running.add(started);
    return started;
  }

  async function up(started: Started): Promise<void> {
    await eventually(
      'the URL to be printed',
      () => {
        if (started.child.exitCode !== null) throw new Error(`it ended:\n${started.output()}`);
        return started.output().includes(`Tessera is up at ${url}`) || null;
      },
      60_000,
    );
  }

  async function classify(text: string): Promise<number> {
    const response = await fetch(`${url}/v1/tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: 'wait=30' },
      body: JSON.stringify({ model: 'tessera/sentiment-en', task: 'sequence-classification', input: [text] }),
    });
    const reply = (await response.json()) as { state: string; result?: { fields: { labels: number[] } } };
    expect(reply.state, JSON.stringify(reply)).toBe('succeeded');
    return reply.result!.fields.labels[0]!;
  }

  it('answers with a real model, prints a curl line, and stops in order on Ctrl-C', async () => {
    const started = start();
    await up(started);
    expect(started.output()).toContain(
      `curl -s ${url}/api/main/tessera/sentiment-en/sequence-classification`,
    );
    expect(await classify('A warm, funny film.')).toBe(1);
    expect(await classify('A dull, lifeless mess.')).toBe(0);
    started.child.kill('SIGINT');
    expect(await started.exit).toBe(0);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it('starts again whatever dies: gateway, worker host, Postgres', async () => {
    const started = start();
    await up(started);
    expect(await classify('A warm, funny film.')).toBe(1);
    for (const victim of childrenOf(started.pid)) {
      process.kill(victim, 'SIGKILL');
      await eventually(
        'it to be replaced and to answer',
        async () => {
          if (childrenOf(started.pid).includes(victim)) return null;
          const ready = await fetch(`${url}/readyz`).catch(() => null);
          return ready?.ok ? classify('A warm, funny film.').catch(() => null) : null;
        },
        60_000,
      );
    }
  });

  it('starts after kill -9 of everything, with what it had accepted', async () => {
    const first = start();
    await up(first);
    const response = await fetch(`${url}/v1/tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'tessera/sentiment-en',
        task: 'sequence-classification',
        input: ['A warm, funny film.'],
      }),
    });
    const { taskId } = (await response.json()) as { taskId: string };
    const everybody = [first.pid, ...childrenOf(first.pid), ...childrenOf(first.pid).flatMap(childrenOf)];
    for (const pid of everybody) killIfAlive(pid);
    await first.exit;
    running.delete(first);
    const second = start();
    await up(second);
    const view = await fetch(`${url}/v1/tasks/${taskId}`, { headers: { prefer: 'wait=30' } });
    expect(((await view.json()) as { state: string }).state).toBe('succeeded');
  });

  it('leaves nothing behind that blocks the next start when only the launcher is killed', async () => {
    const first = start();
    await up(first);
    first.child.kill('SIGKILL');
    await first.exit;
    running.delete(first);
    const second = start();
    await up(second);
    expect(await classify('A warm, funny film.')).toBe(1);
  });

  it('says in one line what to do when the home or the port is taken', async () => {
    const first = start();
    await up(first);
    const sameHome = start();
    expect(await sameHome.exit).toBe(1);
    expect(sameHome.output()).toContain(`already runs in ${home} at ${url}`);
    const otherHome = mkdtempSync(join(tmpdir(), 'tessera-home-'));
    const samePort = start({ TESSERA_HOME: otherHome });
    expect(await samePort.exit).toBe(1);
    expect(samePort.output()).toContain(`Port ${port} on 127.0.0.1 is taken`);
    rmSync(otherHome, { recursive: true, force: true });
  });
});

/** kill -9; the children of a process that was just killed may have gone by themselves. */
function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
